/// Reading a script.

import Glibc
import LodeCore

package enum ScriptFile {
    /// The text of a file.
    /// - Throws: `58030` if it can't be read, `22021` if it is not UTF-8.
    package static func text(_ path: String) throws(SQLError) -> String {
        func fault() -> SQLError { SQLError(.ioError, "could not read \"\(path)\": \(String(cString: strerror(errno)))") }
        guard let file = fopen(path, "r") else { throw fault() }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        guard ferror(file) == 0 else { throw fault() }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SQLError(.characterNotInRepertoire, "\"\(path)\" is not UTF-8 text", hint: "Save the script as UTF-8.")
        }
        return text
    }
}
