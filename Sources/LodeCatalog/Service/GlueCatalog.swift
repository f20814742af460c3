/// AWS Glue's Data Catalog.

import LodeCloud
import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables

/// Tables are folders of files that Athena and Spark read and write, too: there are no versions, and files that are written are there
/// for all at once. A definition is changed only if nobody else has changed it meanwhile.
package struct GlueCatalog: Catalog {
    let service: any GlueService
    let stores: StoreRegistry
    let catalogID: String?
    /// Below which databases lie that say nothing of where.
    let warehouse: String?
    let leases = Leases(path: nil)
    let statistics = GlueStatistics()

    package init(_ service: any GlueService, _ stores: StoreRegistry, catalogID: String? = nil, warehouse: String? = nil) {
        self.service = service
        self.stores = stores
        self.catalogID = catalogID
        self.warehouse = warehouse
    }

    package var isDearToAsk: Bool { true }

    // MARK: Asking

    func send(_ action: String, _ request: CloudJSON) throws(SQLError) -> CloudJSON {
        var request = request
        if let catalogID { request[member: "CatalogId"] = .string(catalogID) }
        return try service.send(action, request)
    }

    /// Nil for what Glue does not know.
    func find(_ action: String, _ request: CloudJSON) throws(SQLError) -> CloudJSON? {
        do throws(SQLError) {
            return try send(action, request)
        } catch {
            if error.state == .undefinedObject { return nil }
            throw error
        }
    }

    /// Calls `body` for each page of an answer.
    func pages(_ action: String, _ request: CloudJSON, _ body: (CloudJSON) throws(SQLError) -> Void) throws(SQLError) {
        var request = request, last: String?
        while true {
            let answer = try send(action, request)
            try body(answer)
            guard let token = answer["NextToken"]?.string, !token.isEmpty else { return }
            guard token != last else { throw SQLError(.ioError, "Glue gives the same page of \(action) again") }
            last = token
            request[member: "NextToken"] = .string(token)
            try Cancellation.checkCurrent()
        }
    }

    // MARK: Names

    package func databases() throws(SQLError) -> [GlueDatabase] {
        var found: [GlueDatabase] = []
        try pages("GetDatabases", ["MaxResults": 100]) { answer in
            found += answer["DatabaseList"]?.items.compactMap(GlueDatabase.init) ?? []
        }
        return found.sorted { $0.name < $1.name }
    }

    package func database(_ name: String) throws(SQLError) -> GlueDatabase? {
        if name.isEmpty { return nil }
        return try find("GetDatabase", ["Name": .string(name.lowercased())])?["Database"].flatMap(GlueDatabase.init)
    }

    package func tables(in database: String) throws(SQLError) -> [GlueTable] {
        var found: [GlueTable] = []
        try pages("GetTables", ["DatabaseName": .string(database.lowercased()), "MaxResults": 100]) { answer in
            found += answer["TableList"]?.items.compactMap(GlueTable.init) ?? []
        }
        return found.sorted { $0.name < $1.name }
    }

    package func table(_ name: TableName) throws(SQLError) -> GlueTable? { try tableJSON(name).flatMap(GlueTable.init) }

    /// The `Table` as Glue has it.
    func tableJSON(_ name: TableName) throws(SQLError) -> CloudJSON? {
        if name.database.isEmpty || name.name.isEmpty { return nil }
        return try find("GetTable", nameRequest(name))?["Table"]
    }

    package func partitions(of name: TableName) throws(SQLError) -> [GluePartition] {
        var found: [GluePartition] = []
        try partitions(of: name, where: nil) { partition in
            found.append(GluePartition(values: partition.values, location: partition.storage.location))
        }
        return found
    }

    /// A partition with how its files are written.
    struct Partition {
        var values: [String]
        var storage: StorageDescriptor

        init(_ json: CloudJSON) {
            values = json["Values"]?.items.compactMap(\.string) ?? []
            storage = StorageDescriptor(json["StorageDescriptor"] ?? [:])
        }
    }

    /// - Parameter expression: what Glue leaves out; all partitions come where it can't read that.
    func partitions(
        of name: TableName, where expression: String?, _ body: (Partition) throws(SQLError) -> Void
    ) throws(SQLError) {
        var request = tableRequest(name)
        request[member: "MaxResults"] = 1000
        request[member: "ExcludeColumnSchema"] = true
        if let expression { request[member: "Expression"] = .string(expression) }
        var isBegun = false
        do throws(SQLError) {
            try pages("GetPartitions", request) { (answer) throws(SQLError) in
                isBegun = true
                for item in answer["Partitions"]?.items ?? [] { try body(Partition(item)) }
            }
        } catch {
            // Names that are keywords there, values that are none of their type.
            guard error.state == .invalidParameterValue, expression != nil, !isBegun else { throw error }
            try partitions(of: name, where: nil, body)
        }
    }

    /// What requests say that are of a table itself.
    func nameRequest(_ name: TableName) -> CloudJSON {
        ["DatabaseName": .string(name.database.lowercased()), "Name": .string(name.name.lowercased())]
    }

    /// What those say that are of something of a table's.
    func tableRequest(_ name: TableName) -> CloudJSON {
        ["DatabaseName": .string(name.database.lowercased()), "TableName": .string(name.name.lowercased())]
    }

    // MARK: Reading

    package func snapshot(of name: TableName, at time: TableTime?) throws(SQLError) -> any TableSnapshot {
        let table = try requireTable(name)
        if let format = table.loggedFormat { return try snapshot(of: table, format, at: time) }
        if time != nil { throw CatalogError.noEarlierRows(name) }
        return try GlueSnapshot(self, table)
    }

    package func snapshot(of name: TableName, besides version: TableVersion) throws(SQLError) -> any TableSnapshot {
        try snapshot(of: name)
    }

    package func versions(of name: TableName) throws(SQLError) -> [VersionRecord] {
        throw CatalogError.noEarlierRows(name)
    }

    package func beginWrite(_ name: TableName) throws(SQLError) -> any TableTransaction {
        let table = try requireTable(name)
        if let format = table.writableFormat { return try beginWrite(table, format) }
        return try GlueWrite(table, self)
    }

    /// A folder that no other table of that name ever had: files of dropped tables stay.
    package func managedLocation(of name: TableName) throws(SQLError) -> String {
        guard let database = try database(name.database) else {
            throw CatalogError.missingDatabase(name.database, among: try databases().map(\.name))
        }
        let own = database.locationUri.flatMap { $0.isEmpty ? nil : $0 }
        guard let location = own ?? warehouse.map({ Self.folder(of: name.database, in: $0) }) else {
            throw SQLError(
                .objectNotInPrerequisiteState, "the database \"\(name.database)\" of Glue has no location",
                hint: "Say where the table's files lie: LOCATION '…'; or give the catalog the option warehouse.")
        }
        let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
        return StorePath.join(location, "\(name.name.lowercased())-\(random)")
    }

    /// As Hive and Spark name it.
    static func folder(of database: String, in warehouse: String) -> String { StorePath.join(warehouse, "\(database.lowercased()).db") }

    package func stores(of database: String) throws(SQLError) -> StoreRegistry? { stores }

    // MARK: What Glue has not

    package func readMoment() throws(SQLError) -> ReadMoment { ReadMoment(micros: EmbeddedCatalog.nowMicros(), lease: lease()) }
    package func lease() -> Lease { leases.take(EmbeddedCatalog.nowMicros()) }
    package func vacuum(_ request: VacuumRequest) throws(SQLError) -> [VacuumedFile] {
        throw SQLError.unsupported("VACUUM in a Glue catalog")
    }
    package func roles() throws(SQLError) -> [Role] { [] }
    package func role(_ name: String) throws(SQLError) -> Role? { nil }
    package func changeRole(_ name: String, _ change: @Sendable (Role?) throws(SQLError) -> Role?) throws(SQLError) {
        throw SQLError.unsupported("a role in a Glue catalog")
    }
    package func collectDropped() throws(SQLError) {}
}

extension Array {
    /// In parts that a request may have.
    func batches(of size: Int) -> [[Element]] { stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) } }
}
