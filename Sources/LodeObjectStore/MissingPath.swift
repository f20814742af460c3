/// Says how far a path exists and what was probably meant.

import LodeCore

enum MissingPath {
    /// The first part of `path` that is missing, and the nearest name beside it.
    static func explain(_ path: String, in store: any ObjectStore) -> (detail: String?, hint: String?) {
        var missing = StorePath.withoutTrailingSlash(path)
        for _ in 0..<256 {
            let folder = StorePath.parent(missing)
            let known = folder.isEmpty ? nil : (try? store.info(folder)) ?? nil
            if known == nil, !folder.isEmpty, folder != missing {
                if isRoot(folder) { return (nil, nil) }
                missing = folder
                continue
            }
            return explain(missing, folder: folder, store)
        }
        return (nil, nil)
    }

    private static func isRoot(_ folder: String) -> Bool { folder == "/" || folder.hasSuffix(":/") || folder.hasSuffix("://") }

    private static func explain(
        _ missing: String, folder: String, _ store: any ObjectStore
    ) -> (detail: String?, hint: String?) {
        var names: [String] = []
        try? store.list(folder.isEmpty ? "." : folder, recursive: false) { info throws(SQLError) in
            names.append(String(info.name))
            return names.count < 10_000
        }
        let name = StorePath.name(missing)
        let place = folder.isEmpty ? "the working folder" : "\"\(folder)\""
        let detail = names.isEmpty ? "\(place) is empty." : "\(place) has no \"\(name)\"."
        let near = NearestName.find(name, among: names.sorted())
        return (detail, near.map { "Did you mean \"\(StorePath.join(folder, $0))\"?" })
    }
}
