/// Branches and tags, as statements change them.

import LodeCore

/// - Source: Iceberg spec, "Snapshot References"; Iceberg's Java library, `ManageSnapshots`.
struct IcebergReferences {
    private let metadata: IcebergMetadata

    init(_ metadata: IcebergMetadata) { self.metadata = metadata }

    /// - Throws: `42710` for one that is there already, `42704` for one that is not, `22023` for a version that the table has not, `55000`
    ///   for a fast-forward that would lose something.
    func apply(_ change: TableReferenceChange, to document: inout IcebergDocument) throws(SQLError) {
        let noun = change.isBranch ? "branch" : "tag", known = metadata.references[change.name]
        switch change.verb {
        case .create where known != nil:
            if change.isConditional { return }
            throw SQLError(.duplicateObject, "\(noun) \"\(change.name)\" already exists")
        case .create, .createOrReplace: document.set(reference: change.name, try made(change, known, noun))
        case .replace:
            guard known != nil else { throw missing(change.name, noun) }
            document.set(reference: change.name, try made(change, known, noun))
        case .drop:
            if known == nil, change.isConditional { return }
            try require(change, known, noun)
            if change.name == "main" { throw SQLError(.objectNotInPrerequisiteState, "the branch \"main\" cannot be dropped") }
            document.set(reference: change.name, nil)
        case .fastForward(let other): try fastForward(change.name, to: other, &document)
        }
    }

    private func require(_ change: TableReferenceChange, _ known: IcebergMetadata.Reference?, _ noun: String) throws(SQLError) {
        guard let known else { throw missing(change.name, noun) }
        guard known.isBranch == change.isBranch else {
            throw SQLError(.wrongObjectType, "\"\(change.name)\" is a \(known.isBranch ? "branch" : "tag"), and no \(noun)")
        }
    }

    private func missing(_ name: String, _ noun: String) -> SQLError {
        SQLError(
            .undefinedObject, "\(noun) \"\(name)\" does not exist",
            hint: NearestName.find(name, among: Array(metadata.references.keys)).map { "Did you mean \"\($0)\"?" })
    }

    private func made(
        _ change: TableReferenceChange, _ known: IcebergMetadata.Reference?, _ noun: String
    ) throws(SQLError) -> IcebergMetadata.Reference {
        if known != nil { try require(change, known, noun) }
        guard let id = change.version ?? metadata.currentSnapshotID else {
            throw SQLError(.objectNotInPrerequisiteState, "the table has no version yet that \"\(change.name)\" could name")
        }
        guard metadata.snapshot(id) != nil else {
            throw SQLError(
                .invalidParameterValue, "the Iceberg table has no snapshot \(id)",
                detail: "The latest are \(metadata.snapshots.suffix(10).map { String($0.id) }.joined(separator: ", ")).")
        }
        var made = known ?? IcebergMetadata.Reference(snapshotID: id, isBranch: change.isBranch)
        made.snapshotID = id
        made.maxReferenceAgeMillis = change.maxAgeMillis ?? made.maxReferenceAgeMillis
        made.minSnapshotsToKeep = change.minVersions ?? made.minSnapshotsToKeep
        made.maxSnapshotAgeMillis = change.maxVersionAgeMillis ?? made.maxSnapshotAgeMillis
        return made
    }

    private func fastForward(_ name: String, to other: String, _ document: inout IcebergDocument) throws(SQLError) {
        guard let target = metadata.references[other] else { throw missing(other, "branch") }
        guard var own = metadata.references[name] else {
            // As Iceberg's own library does: the branch begins there.
            return document.set(reference: name, IcebergMetadata.Reference(snapshotID: target.snapshotID, isBranch: true))
        }
        guard own.isBranch else { throw SQLError(.wrongObjectType, "\"\(name)\" is a tag, which stays where it is") }
        guard isAncestor(own.snapshotID, of: target.snapshotID) else {
            throw SQLError(
                .objectNotInPrerequisiteState, "branch \"\(name)\" cannot be moved forward to \"\(other)\"",
                detail: "\"\(other)\" does not have what was committed to \"\(name)\".")
        }
        own.snapshotID = target.snapshotID
        document.set(reference: name, own)
    }

    private func isAncestor(_ id: Int64, of other: Int64) -> Bool {
        var at: Int64? = other, left = metadata.snapshots.count + 1
        while let here = at, left > 0 {
            if here == id { return true }
            at = metadata.snapshot(here)?.parent
            left -= 1
        }
        return false
    }
}
