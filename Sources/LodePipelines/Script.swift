/// ETL stages as files of SQL.

import Glibc
import LodeCore
import LodeEngine

/// One script.
package struct Script: Sendable {
    /// As it is called in receipts and errors: the path that was given, or below the folder that was given.
    package var name: String
    package var path: String

    /// The scripts that `paths` mean, in the order in which they run: files as given, folders by the names of the `.sql` files below
    /// them.
    /// - Throws: `58P01` for a path that doesn't exist or a folder without scripts.
    package static func find(_ paths: [String]) throws(SQLError) -> [Script] {
        var scripts: [Script] = []
        for path in paths {
            var info = stat()
            guard stat(path, &info) == 0 else {
                throw SQLError(.undefinedFile, "no script at \"\(path)\": \(String(cString: strerror(errno)))")
            }
            if info.st_mode & S_IFMT != S_IFDIR {
                scripts.append(Script(name: path, path: path))
                continue
            }
            let found = files(below: path, prefix: "").filter { $0.hasSuffix(".sql") }.sorted()
            if found.isEmpty {
                throw SQLError(.undefinedFile, "the folder \"\(path)\" holds no scripts", hint: "Scripts are files that end in .sql.")
            }
            let base = path.hasSuffix("/") ? path : path + "/"
            scripts += found.map { Script(name: $0, path: base + $0) }
        }
        return scripts
    }

    /// Paths of the files below `folder`, relative to it; hidden ones are left out.
    private static func files(below folder: String, prefix: String) -> [String] {
        guard prefix.split(separator: "/").count < 32, let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var found: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name.hasPrefix(".") { continue }
            var info = stat()
            guard stat("\(folder)/\(name)", &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR {
                found += files(below: "\(folder)/\(name)", prefix: prefix + name + "/")
            } else {
                found.append(prefix + name)
            }
        }
        return found
    }

    /// - Throws: `58030` if it can't be read, `22021` if it is not UTF-8.
    package func text() throws(SQLError) -> String { try ScriptFile.text(path) }
}
