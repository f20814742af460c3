/// Liquid clustering: the columns by which a table's rows are kept together.

import LodeCore

/// Kept with the table as the names that files have for the columns, so that these may get other names.
/// - Source: Delta PROTOCOL.md, "Clustered Table", "Domain Metadata".
enum DeltaClustering {
    static let domain = "delta.clustering"

    /// Nil for a table that was never clustered.
    static func read(_ snapshot: DeltaSnapshot) throws(SQLError) -> [ColumnPath]? {
        guard let domain = snapshot.domain(domain) else { return nil }
        let tree: JSONTree
        do throws(SQLError) {
            tree = try JSONTree(domain.configuration)
        } catch {
            throw error.within("the domain \(Self.domain)")
        }
        var paths: [ColumnPath] = []
        for column in tree["clusteringColumns"]?.items ?? [] {
            var path: ColumnPath = [], columns = snapshot.deltaSchema.columns
            for name in column.items.compactMap(\.text) {
                guard let own = columns.first(where: { $0.fileName == name }) else {
                    throw SQLError(.dataCorrupted, "the table is clustered by \"\(name)\", which is none of its columns")
                }
                path.append(own.name)
                columns = own.parts
            }
            paths.append(path)
        }
        return paths
    }

    /// - Parameter schema: the columns with their names in files.
    static func write(_ paths: [ColumnPath], _ schema: DeltaSchema) -> DeltaDomain {
        let columns = paths.map { path in
            var names: [String] = [], columns = schema.columns
            for name in path {
                let own = columns.first { $0.name == name }
                names.append(own?.fileName ?? name)
                columns = own?.parts ?? []
            }
            return JSONTree.strings(names)
        }
        let text = JSONTree.object([.init("clusteringColumns", .array(columns)), .init("domainName", .string(domain))]).json
        return DeltaDomain(name: domain, configuration: text)
    }
}
