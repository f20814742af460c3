/// Reading tables with logs beside commits of several tables: each of those is seen whole or not at all.

import GRDB
import LodeCore
import LodeObjectStore
import LodeTables

extension EmbeddedCatalog {
    /// The table as its log has it, but for versions of commits that are not decided, or were later than `moment`.
    ///
    /// First the log is listed, then the catalog is asked: what was decided in between is seen.
    func loggedSnapshot(_ name: TableName, at time: TableTime?, upTo moment: Int64?) throws(SQLError) -> any TableSnapshot {
        let found = try externalTable(name, at: time)
        guard let log = try table(name)?.writableFormat, let latest = log.logNumber(of: found.snapshot) else { return found.snapshot }
        let location = found.definition.location
        let known = try storage.read(orEmpty: []) { db in try JointVersion.fetch(of: location, after: moment, db) }
        for version in known where version.isHidden(upTo: latest, at: moment) {
            // Somebody else may have had the number.
            guard try isThere(version) else { continue }
            if version.isUndecided, (try? undoIfAbandoned()) == true { return try loggedSnapshot(name, at: time, upTo: moment) }
            return try log.snapshot(of: found.definition, before: version.number, io: found.io)
        }
        return found.snapshot
    }

    /// What lies in a folder, but for versions of commits that are not decided.
    func folderSnapshot(
        _ definition: LodeTables.TableDefinition, _ log: any WritableTableFormat, at time: TableTime?
    ) throws(SQLError) -> any TableSnapshot {
        let found = try log.snapshot(of: definition, at: time, io: io)
        guard let latest = log.logNumber(of: found) else { return found }
        let location = definition.location
        let known = try storage.read(orEmpty: []) { db in try JointVersion.fetch(of: location, after: nil, db) }
        for version in known where version.isHidden(upTo: latest, at: nil) {
            guard try isThere(version) else { continue }
            if version.isUndecided, (try? undoIfAbandoned()) == true { return try folderSnapshot(definition, log, at: time) }
            guard version.number > log.firstLogNumber else {
                throw SQLError(.undefinedFile, "the table in the folder is being made by a transaction", in: location)
            }
            return try log.snapshot(of: definition, before: version.number, io: io)
        }
        return found
    }

    package func snapshot(of name: TableName, asOf moment: ReadMoment) throws(SQLError) -> any TableSnapshot {
        let table = try requireTable(name)
        if table.writableFormat != nil { return try loggedSnapshot(name, at: nil, upTo: moment.micros) }
        guard table.kind == .managed else { return try snapshot(of: name, at: nil) }
        do throws(SQLError) {
            return try managedSnapshot(name, at: .timestamp(moment.micros))
        } catch {
            guard error.state == .invalidParameterValue else { throw error }
            throw CatalogError.conflict("table \"\(name)\" was made")
        }
    }

    package func unnamed(_ files: [DataFile]) -> [DataFile] {
        let named = filesOfUndoneVersions.withLock { $0 }
        return named.isEmpty ? files : files.filter { !named.contains($0.path) }
    }
}

extension TableTime {
    /// Whether what is meant is whatever was there at a time.
    var isMoment: Bool { if case .timestamp = self { true } else { false } }
}
