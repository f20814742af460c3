/// Tables, databases and partitions as Glue writes them, and back.

import Foundation
import LodeCloud
import LodeCore

extension GlueTable {
    /// - Parameter json: a `Table` of an answer.
    init?(_ json: CloudJSON) {
        guard let name = json["Name"]?.string, let database = json["DatabaseName"]?.string else { return nil }
        self.init(name: name, databaseName: database)
        // Lode manages no table of Glue's: files are what lies in the folder.
        let isView = json["TableType"]?.string == TableKind.view.rawValue
        tableType = (isView ? TableKind.view : .external).rawValue
        description = json["Description"]?.string
        parameters = json["Parameters"]?.texts ?? [:]
        partitionKeys = json["PartitionKeys"]?.items.compactMap(GlueColumn.init) ?? []
        storageDescriptor = StorageDescriptor(json["StorageDescriptor"] ?? [:])
        viewOriginalText = json["ViewOriginalText"]?.string
        viewExpandedText = json["ViewExpandedText"]?.string
        versionId = json["VersionId"]?.string
        (createTime, updateTime) = (json["CreateTime"]?.micros, json["UpdateTime"]?.micros)
        isPublishedByCatalog = parameters["metadata_location"] != nil
        // Those that an Iceberg table had once are among them.
        storageDescriptor.columns.removeAll { $0.parameters?[IcebergSchema.Fact.isCurrent] == "false" }
        if isView { readAthenaView() }
    }

    /// Athena keeps a view's query in a comment, as JSON in base64.
    private mutating func readAthenaView() {
        let head = "/* Presto View: ", tail = " */"
        guard let text = viewOriginalText, text.hasPrefix(head), text.hasSuffix(tail),
            let bytes = Data(base64Encoded: String(text.dropFirst(head.count).dropLast(tail.count))), let view = CloudJSON(Array(bytes)),
            let query = view["originalSql"]?.string
        else { return }
        viewOriginalText = query
    }

    /// A `TableInput` for a table that is made.
    var input: CloudJSON {
        var input: CloudJSON = [
            "Name": .string(name.lowercased()), "TableType": .string(kind == .view ? tableType : TableKind.external.rawValue),
            "Parameters": CloudJSON(parameters), "PartitionKeys": .array(partitionKeys.map(\.json)),
            "StorageDescriptor": storageDescriptor.json,
        ]
        if let comment { input[member: "Description"] = .string(comment) }
        if let viewOriginalText { input[member: "ViewOriginalText"] = .string(viewOriginalText) }
        return input
    }

    /// The members of a `Table` that a `TableInput` has.
    private static let inputMembers: Set<String> = [
        "Name", "Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention", "StorageDescriptor", "PartitionKeys",
        "ViewOriginalText", "ViewExpandedText", "TableType", "Parameters", "TargetTable", "ViewDefinition",
    ]

    /// A `TableInput` for a table that is changed: what Lode does not know of it stays.
    /// - Parameter json: the `Table` as Glue has it.
    func input(changing json: CloudJSON) -> CloudJSON {
        guard case .object(let members) = json else { return input }
        var result = CloudJSON.object(members.filter { Self.inputMembers.contains($0.name) })
        result[member: "Name"] = .string(name)
        result[member: "Parameters"] = CloudJSON(parameters)
        result[member: "PartitionKeys"] = .array(partitionKeys.map(\.json))
        result[member: "Description"] = comment.map { .string($0) }
        var storage = json["StorageDescriptor"] ?? [:]
        storage[member: "Columns"] = .array(storageDescriptor.columns.map(\.json))
        storage[member: "Location"] = storageDescriptor.location.map { .string($0) }
        if let told = storageDescriptor.serdeInfo?.parameters {
            var serde = storage["SerdeInfo"] ?? [:]
            serde[member: "Parameters"] = CloudJSON(told)
            storage[member: "SerdeInfo"] = serde
        }
        result[member: "StorageDescriptor"] = storage
        return result
    }
}

extension GlueColumn {
    init?(_ json: CloudJSON) {
        guard let name = json["Name"]?.string else { return nil }
        self.init(name: name, type: json["Type"]?.string ?? "string", comment: json["Comment"]?.string)
        guard var facts = json["Parameters"]?.texts, !facts.isEmpty else { return }
        if let own = facts.removeValue(forKey: Self.ownType), own == Self.zoned, type == Self.unzoned { type = own }
        parameters = facts.isEmpty ? nil : facts
    }

    /// Spark's timestamps are those with a zone, and Athena's are of UTC: what Hive calls them is the same.
    private static let zoned = HiveTypeText.write(.timestamptz), unzoned = HiveTypeText.write(.timestamp)
    /// What tells them apart, among a column's parameters.
    private static let ownType = "lode.type"

    var json: CloudJSON {
        var facts = parameters ?? [:]
        if type == Self.zoned { facts[Self.ownType] = type }
        var json: CloudJSON = ["Name": .string(name), "Type": .string(type == Self.zoned ? Self.unzoned : type)]
        if let comment { json[member: "Comment"] = .string(comment) }
        if !facts.isEmpty { json[member: "Parameters"] = CloudJSON(facts) }
        return json
    }
}

extension StorageDescriptor {
    init(_ json: CloudJSON) {
        self.init(columns: json["Columns"]?.items.compactMap(GlueColumn.init) ?? [], location: json["Location"]?.string)
        inputFormat = json["InputFormat"]?.string
        outputFormat = json["OutputFormat"]?.string
        compressed = json["Compressed"]?.boolean
        parameters = json["Parameters"]?.texts
        if let serde = json["SerdeInfo"] {
            serdeInfo = SerDeInfo(
                serializationLibrary: serde["SerializationLibrary"]?.string, parameters: serde["Parameters"]?.texts ?? [:])
            serdeInfo?.name = serde["Name"]?.string
        }
    }

    var json: CloudJSON {
        var json: CloudJSON = ["Columns": .array(columns.map(\.json))]
        if let location { json[member: "Location"] = .string(location) }
        if let inputFormat { json[member: "InputFormat"] = .string(inputFormat) }
        if let outputFormat { json[member: "OutputFormat"] = .string(outputFormat) }
        if let compressed { json[member: "Compressed"] = .boolean(compressed) }
        if let serdeInfo {
            var serde: CloudJSON = ["Parameters": CloudJSON(serdeInfo.parameters ?? [:])]
            if let library = serdeInfo.serializationLibrary { serde[member: "SerializationLibrary"] = .string(library) }
            json[member: "SerdeInfo"] = serde
        }
        if let parameters { json[member: "Parameters"] = CloudJSON(parameters) }
        return json
    }
}

extension GlueDatabase {
    init?(_ json: CloudJSON) {
        guard let name = json["Name"]?.string else { return nil }
        self.init(
            name: name, description: json["Description"]?.string, locationUri: json["LocationUri"]?.string,
            parameters: json["Parameters"]?.texts)
    }

    var input: CloudJSON {
        var input: CloudJSON = ["Name": .string(name.lowercased()), "Parameters": CloudJSON(parameters ?? [:])]
        if let description { input[member: "Description"] = .string(description) }
        if let locationUri { input[member: "LocationUri"] = .string(locationUri) }
        return input
    }
}

extension CloudJSON {
    /// A time, which Glue gives in seconds since 1970-01-01 UTC and parts of them, as microseconds.
    var micros: Int64? {
        guard case .number(let text) = self, let seconds = Double(text) else { return nil }
        return Int64(exactly: (seconds * 1_000_000).rounded())
    }
}
