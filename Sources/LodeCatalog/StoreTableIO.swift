/// What table formats may ask for, answered by the object stores.

import LodeCore
import LodeFormats
import LodeObjectStore
import LodeTables
import LodeVectors

package struct StoreTableIO: TableIO {
    private let stores: StoreRegistry
    /// What keeps the files that are read from being collected.
    private let lease: Lease?

    package init(_ stores: StoreRegistry, keeping lease: Lease? = nil) {
        self.stores = stores
        self.lease = lease
    }

    package func list(_ folder: String) throws(SQLError) -> FolderListing {
        let (store, path) = try stores.resolve(folder)
        var listing = FolderListing()
        try store.list(path, recursive: false) { info throws(SQLError) in
            if info.isFolder {
                listing.folders.append(String(info.name))
            } else {
                listing.files.append(.init(name: String(info.name), size: info.size, modifiedMicros: info.modifiedMicros))
            }
            return true
        }
        listing.files.sort { $0.name < $1.name }
        listing.folders.sort()
        return listing
    }

    package func willList(_ folders: [String]) {
        for folder in folders {
            if let (store, path) = try? stores.resolve(folder) { store.willList(path) }
        }
    }

    package func willRead(_ paths: [String]) { stores.willOpen(paths) }

    package func read(_ path: String) throws(SQLError) -> [UInt8] {
        let (store, path) = try stores.resolve(path)
        return try store.read(path)
    }

    package func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool {
        let (store, path) = try stores.resolve(path)
        return try store.putIfAbsent(path, bytes)
    }

    package func decompress(_ codec: String, _ packed: ArraySlice<UInt8>) throws(SQLError) -> [UInt8] {
        try BlockDecompression.decompress(codec, packed)
    }

    package func discard(_ paths: [String]) { stores.discard(paths) }

    package func put(_ path: String, _ bytes: [UInt8]) throws(SQLError) {
        let (store, path) = try stores.resolve(path)
        try store.put(path, bytes)
    }

    package func write(_ path: String, _ schema: Schema, _ chunks: [Chunk]) throws(SQLError) -> Int {
        try write(path, schema, fieldIDs: [], chunks)
    }

    package func write(_ path: String, _ schema: Schema, fieldIDs: [Int], _ chunks: [Chunk]) throws(SQLError) -> Int {
        let (store, path) = try stores.resolve(path)
        // What every reader of Parquet has.
        var options = FormatOptions(["compression": .value(.text("snappy"))])
        if !fieldIDs.isEmpty {
            options.values["field_ids"] = .named(zip(schema.fields, fieldIDs).map { .init($0.name, .value(.integer(Int64($1)))) })
        }
        let writer = try FileFormats.parquet.create(try store.createWriter(path), schema: schema, options: options)
        do throws(SQLError) {
            let lane = try writer.lane()
            for chunk in chunks { try lane.write(chunk) }
            try lane.finish()
            return try writer.finish().bytes
        } catch {
            writer.abort()
            throw error
        }
    }

    package func scan(
        _ path: String, _ request: MetadataRequest, _ body: (Chunk) throws(SQLError) -> Void
    ) throws(SQLError) -> Int {
        do throws(SQLError) {
            let file = try FileFormats.parquet.open(try stores.open(path))
            try MetadataScan(file, request).run(body)
            return file.rowCount ?? 0
        } catch {
            throw error.place == nil ? error.within(path) : error
        }
    }
}

/// A request in terms of one file.
private struct MetadataScan {
    private let file: any FileScan
    private let scan: ScanRequest
    /// For each column of the request its place in the projection; nil for one that the file lacks.
    private let places: [Int?]

    init(_ file: any FileScan, _ request: MetadataRequest) {
        self.file = file
        var projection: [Int] = [], places: [Int?] = []
        for names in request.columns {
            let found = names.count == 1 ? file.schema.index(of: names[0]) : file.position(ofField: names)
            places.append(found.map { position in projection.firstIndex(of: position) ?? projection.count })
            if let found, !projection.contains(found) { projection.append(found) }
        }
        self.places = places
        var filters: [any ScanFilter] = []
        if !projection.isEmpty {
            var columns = [0], select: MetadataRequest.Filter.Select?
            if let filter = request.filter, filter.columns.allSatisfy({ places[$0] != nil }) {
                columns = filter.columns.compactMap { places[$0] }
                select = filter.select
            }
            filters = [MetadataFilter(columns: columns, bounds: request.bounds, select: select)]
        }
        scan = ScanRequest(projection: projection, filters: filters, cancellation: Cancellation())
    }

    func run(_ body: (Chunk) throws(SQLError) -> Void) throws(SQLError) {
        // Rows of nothing are of no use.
        if scan.projection.isEmpty { return }
        let absent = try Column.null(.varchar, count: 1)
        for morsel in try file.morsels() {
            let reader = try file.reader(morsel, scan)
            while let chunk = try reader.next() {
                let columns = places.map { $0.map { chunk.columns[$0] } ?? Column(repeating: absent, count: chunk.count) }
                try body(Chunk(columns: columns, count: chunk.count))
            }
        }
    }
}

private final class MetadataFilter: ScanFilter {
    let columns: [Int]
    let bounds: ColumnPredicate
    let isPureOverOneColumn = false
    private let chosen: MetadataRequest.Filter.Select?

    init(columns: [Int], bounds: ColumnPredicate, select: MetadataRequest.Filter.Select?) {
        self.columns = columns
        self.bounds = bounds
        chosen = select
    }

    func select(_ columns: [Column], count: Int, into survivors: Selection) throws(SQLError) {
        if let chosen { try chosen(columns, count, survivors) } else { survivors.takeAll(count) }
    }
}
