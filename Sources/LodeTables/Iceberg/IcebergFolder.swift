/// Where an Iceberg table lies, and which of its metadata documents is the current one.

import LodeCore

/// A table by the document that defines it.
struct IcebergFolder: Sendable {
    /// The metadata document.
    let document: String
    /// Where the table was found, if that is not where its metadata say that it lies; without a slash at its end.
    private let movedTo: String?
    private let location: String

    init(document: String, _ metadata: IcebergMetadata, movedTo: String? = nil) {
        self.document = document
        location = TablePath.folder(Self.plain(metadata.location))
        self.movedTo = movedTo
    }

    /// The table that `document` defines.
    /// - Parameter mayHaveMoved: whether paths within the location that the metadata name are looked up where the document lies.
    static func open(
        _ document: String, mayHaveMoved: Bool, _ io: any TableIO
    ) throws(SQLError) -> (folder: IcebergFolder, metadata: IcebergMetadata) {
        var bytes = try io.read(document)
        // By what it is, not by its name: writers put the ending in different places.
        if bytes.starts(with: [0x1f, 0x8b]) {
            do throws(SQLError) {
                bytes = try io.decompress("gzip", bytes[...])
            } catch {
                throw error.within(document)
            }
        }
        let metadata = try IcebergMetadata(bytes, document)
        let root = mayHaveMoved ? parent(parent(document)) : nil
        return (IcebergFolder(document: document, metadata, movedTo: root), metadata)
    }

    /// The folder that the document lies in the metadata folder of.
    var root: String { Self.parent(Self.parent(document)) }

    /// The location of a path that the metadata name.
    ///
    /// Paths are what they are, letter by letter: nothing is escaped in them.
    /// - Source: Iceberg Table Spec, "Paths in Metadata".
    func locate(_ path: String) -> String {
        let plain = Self.plain(path)
        guard let movedTo, plain.hasPrefix(location), plain.utf8.count > location.utf8.count,
            location.hasSuffix("/") || plain.utf8[plain.utf8.index(plain.startIndex, offsetBy: location.utf8.count)] == UInt8(ascii: "/")
        else { return plain }
        let rest = plain.dropFirst(location.count).drop { $0 == "/" }
        return TablePath.join(movedTo, String(rest))
    }

    /// Equal files have equal locations: `file:/a` and `/a`, and Hadoop's names for S3.
    static func plain(_ path: String) -> String {
        if path.hasPrefix("file:") { return TablePath.ofFile(path) }
        for scheme in ["s3a://", "s3n://"] where path.hasPrefix(scheme) { return "s3://" + path.dropFirst(scheme.count) }
        return path
    }

    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    // MARK: Finding the document

    static func isDocument(_ path: String) -> Bool { path.hasSuffix(".metadata.json") || path.hasSuffix(".metadata.json.gz") }

    /// The current document of the table in a folder; nil if it holds none.
    ///
    /// That with the greatest number: catalogs number theirs in order (`00003-<uuid>.metadata.json`), tables without one do so too
    /// (`v3.metadata.json`), and their hint may be behind. Where a hint names the file itself, it is meant.
    /// - Source: Iceberg Table Spec, "File System Tables".
    static func current(in location: String, _ io: any TableIO) throws(SQLError) -> String? {
        let folder = TablePath.join(TablePath.folder(location), "metadata")
        let files = try io.list(folder).files
        let numbered = files.compactMap { file in number(of: file.name).map { (number: $0, file: file) } }
        let named = files.filter { isDocument($0.name) }
        if files.contains(where: { $0.name == "version-hint.text" }) {
            let text = String(decoding: try io.read(TablePath.join(folder, "version-hint.text")).prefix(1000), as: UTF8.self)
            let hint = text.filter { !$0.isWhitespace }
            // One of a numbered row may be behind, whatever its form.
            if Int64(hint) == nil, let meant = named.first(where: { $0.name == hint || $0.name.hasPrefix(hint + ".") }),
                IcebergCommitter.number(of: meant.name) == nil
            {
                return TablePath.join(folder, meant.name)
            }
        }
        guard let last = numbered.max(by: { ($0.number, $0.file.modifiedMicros) < ($1.number, $1.file.modifiedMicros) }) else {
            // One whose name is no number is meant where it is the only one.
            return named.count == 1 ? TablePath.join(folder, named[0].name) : nil
        }
        return TablePath.join(folder, last.file.name)
    }

    /// The document of a version, by its number or its name without the ending.
    /// - Throws: `22023` if there is none.
    static func document(_ version: String, in location: String, _ io: any TableIO) throws(SQLError) -> String {
        let folder = TablePath.join(TablePath.folder(location), "metadata")
        let named = try io.list(folder).files.filter { isDocument($0.name) }
        let found = named.first { $0.name == version || $0.name.hasPrefix(version + ".") || $0.name.hasPrefix("v\(version).") }
            ?? Int64(version).flatMap { wanted in named.first { number(of: $0.name) == wanted } }
        guard let found else {
            throw SQLError(
                .invalidParameterValue, "the Iceberg table has no metadata of version \"\(version)\"", in: location,
                detail: named.isEmpty ? nil : "There are \(named.suffix(10).map(\.name).joined(separator: ", ")).")
        }
        return TablePath.join(folder, found.name)
    }

    /// `v3.metadata.json`, `00003-<uuid>.metadata.json`, `v3.gz.metadata.json`, `v3.metadata.json.gz`.
    static func number(of name: String) -> Int64? {
        guard isDocument(name) else { return nil }
        let isVersioned = name.hasPrefix("v")
        let digits = name.dropFirst(isVersioned ? 1 : 0).prefix { $0.isASCII && $0.isNumber }
        let rest = name.dropFirst((isVersioned ? 1 : 0) + digits.count)
        guard isVersioned ? rest.hasPrefix(".") : rest.hasPrefix("-") else { return nil }
        return Int64(digits)
    }
}
