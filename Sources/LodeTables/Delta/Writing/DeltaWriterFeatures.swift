/// Which Delta tables can be written, and what a new one asks of its clients.

import LodeCore

/// The features of the protocol that Lode's writer has.
/// - Source: Delta PROTOCOL.md, "Writer Version Requirements", "Table Features", "Valid Feature Names in Table Features".
enum DeltaWriterFeatures {
    /// What writers of each version must know, those of lower versions included.
    private static let legacy: [Int64: [String]] = [
        2: ["appendOnly", "invariants"], 3: ["checkConstraints"], 4: ["changeDataFeed", "generatedColumns"], 5: ["columnMapping"],
        6: ["identityColumns"],
    ]

    /// Those that are obeyed, or refused where a table makes use of them.
    private static let writable: Set<String> = [
        "appendOnly", "invariants", "checkConstraints", "changeDataFeed", "generatedColumns", "columnMapping", "identityColumns",
        "deletionVectors", "timestampNtz", "domainMetadata", "v2Checkpoint", "inCommitTimestamp", "vacuumProtocolCheck",
        "allowColumnDefaults", "typeWidening", "typeWidening-preview", "clustering",
        DeltaRowTracking.feature,
    ]

    /// Those that readers must know, too.
    private static let ofReaders: Set<String> = ["columnMapping", "deletionVectors", "timestampNtz", "typeWidening"]

    /// - Throws: `0A000` naming what Lode's writer has not.
    static func check(_ version: DeltaProtocol, _ configuration: [String: String]) throws(SQLError) {
        guard (0...7).contains(version.minWriterVersion) else {
            throw SQLError.unsupported("Delta writer version \(version.minWriterVersion)", hint: "Lode writes versions 1 to 7.")
        }
        if version.minWriterVersion == 7 {
            guard let features = version.writerFeatures else {
                throw SQLError(.dataCorrupted, "the protocol of the Delta table has writer version 7 without a list of writer features")
            }
            let missing = features.filter { !writable.contains($0) }.sorted()
            if let first = missing.first {
                let others = missing.dropFirst().joined(separator: ", ")
                throw SQLError.unsupported(
                    "the Delta writer feature \(first)", hint: others.isEmpty ? nil : "The table also needs: \(others).")
            }
        }
        _ = try DeltaFeatures.mapping(version, configuration)
    }

    /// Whether the table's clients must know a feature.
    static func has(_ feature: String, _ version: DeltaProtocol) -> Bool {
        if version.minWriterVersion == 7 { return version.writerFeatures?.contains(feature) ?? false }
        return legacy.contains { $0.key <= version.minWriterVersion && $0.value.contains(feature) }
    }

    // MARK: New protocols

    /// What a table's metadata asks of its clients.
    private static func wanted(_ metadata: DeltaMetadata, _ declaration: TableDeclaration) -> Set<String> {
        var wanted: Set<String> = []
        let configuration = metadata.configuration, columns = declaration.columns
        if configuration.keys.contains(where: { $0.lowercased().hasPrefix("delta.constraints.") }) { wanted.insert("checkConstraints") }
        if DeltaProperties.isOn(DeltaProperties.appendOnly, configuration) { wanted.insert("appendOnly") }
        if DeltaProperties.isOn(DeltaRowTracking.property, configuration) { wanted.formUnion([DeltaRowTracking.feature, "domainMetadata"]) }
        if DeltaProperties.isOn(DeltaProperties.changeDataFeed, configuration) { wanted.insert("changeDataFeed") }
        if DeltaProperties.isOn(DeltaProperties.deletionVectors, configuration) { wanted.insert("deletionVectors") }
        if columns.contains(where: { !$0.field.nullable }) { wanted.insert("invariants") }
        if columns.contains(where: { $0.generated != nil }) { wanted.insert("generatedColumns") }
        if columns.contains(where: { $0.defaultValue != nil }) { wanted.insert("allowColumnDefaults") }
        if columns.contains(where: { $0.identity != nil }) { wanted.insert("identityColumns") }
        if columns.contains(where: { DeltaSchemaText.hasLocalTimestamps($0.field.type) }) { wanted.insert("timestampNtz") }
        if DeltaColumnMapping.isOn(configuration) { wanted.insert("columnMapping") }
        if DeltaProperties.isOn(DeltaProperties.typeWidening, configuration) || DeltaSchemaChange.hasTypeChanges(metadata.schemaText) {
            wanted.insert("typeWidening")
        }
        if declaration.clustering != nil { wanted.formUnion(["clustering", "domainMetadata"]) }
        return wanted
    }

    /// The lowest protocol that says all that a table's metadata needs, and does not take back what `earlier` says.
    static func needed(_ metadata: DeltaMetadata, _ declaration: TableDeclaration, over earlier: DeltaProtocol?) -> DeltaProtocol {
        let wanted = wanted(metadata, declaration)
        let old = earlier ?? DeltaProtocol(minReaderVersion: 1, minWriterVersion: 2)
        if wanted.allSatisfy({ isKnown($0, old) }) { return old }
        let versions = wanted.map { feature in legacy.first { $0.value.contains(feature) }?.key }
        if old.minWriterVersion < 7, versions.allSatisfy({ $0 != nil }) {
            var new = old
            new.minWriterVersion = versions.compactMap(\.self).reduce(old.minWriterVersion, max)
            if wanted.contains("columnMapping") { new.minReaderVersion = max(2, old.minReaderVersion) }
            return new
        }
        return withFeatures(wanted, over: earlier, old)
    }

    /// Whether the table's writers, and its readers where it is theirs, must know a feature already.
    private static func isKnown(_ feature: String, _ version: DeltaProtocol) -> Bool {
        // What a preview was called.
        if feature == "typeWidening", has("typeWidening-preview", version) { return true }
        guard has(feature, version) else { return false }
        guard ofReaders.contains(feature) else { return true }
        if feature == "columnMapping", version.minReaderVersion == 2 { return true }
        return version.readerFeatures?.contains(feature) ?? false
    }

    /// Features that clients must know now and did not need to, those apart that every writer has.
    static func news(_ metadata: DeltaMetadata, _ declaration: TableDeclaration, over earlier: DeltaProtocol?) -> [String] {
        let old = earlier ?? DeltaProtocol(minReaderVersion: 1, minWriterVersion: 4)
        let usual = Set((2...4).flatMap { legacy[$0] ?? [] })
        return wanted(metadata, declaration).filter { !isKnown($0, old) && !usual.contains($0) }.sorted()
    }

    /// Version 7 lists what the legacy version meant, as far as a table that is there may use it.
    private static func withFeatures(_ wanted: Set<String>, over earlier: DeltaProtocol?, _ old: DeltaProtocol) -> DeltaProtocol {
        var new = old, writer = wanted.union(old.writerFeatures ?? [])
        if earlier != nil, old.minWriterVersion < 7 {
            for (version, features) in legacy where version <= old.minWriterVersion { writer.formUnion(features) }
        }
        new.minWriterVersion = 7
        new.writerFeatures = writer.sorted()
        var reader = Set(old.readerFeatures ?? []).union(wanted.intersection(ofReaders))
        if old.minReaderVersion == 2 { reader.insert("columnMapping") }
        if !reader.isEmpty {
            new.minReaderVersion = 3
            new.readerFeatures = reader.sorted()
        }
        return new
    }
}
