/// All that a table format may ask of the world.

import LodeCore

/// Handed to table formats by whoever has object stores. Paths are locations.
package protocol TableIO: Sendable {
    /// The files and folders directly inside `folder`; a folder that does not exist holds nothing.
    func list(_ folder: String) throws(SQLError) -> FolderListing

    /// Says that folders will be listed soon. A hint: it never fails.
    func willList(_ folders: [String])

    /// A metadata file, whole.
    func read(_ path: String) throws(SQLError) -> [UInt8]

    /// Writes a metadata file unless one is there; of several writers exactly one gets true.
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Bool
}

extension TableIO {
    package func willList(_ folders: [String]) {}
}

/// What lies directly inside a folder, sorted by name.
package struct FolderListing: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        package var name: String
        package var size: Int
        package var modifiedMicros: Int64

        package init(name: String, size: Int, modifiedMicros: Int64 = 0) {
            self.name = name
            self.size = size
            self.modifiedMicros = modifiedMicros
        }
    }

    package var files: [File]
    /// Names, not paths.
    package var folders: [String]

    package init(files: [File] = [], folders: [String] = []) {
        self.files = files
        self.folders = folders
    }
}
