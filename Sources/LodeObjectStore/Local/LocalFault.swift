/// What the system's error numbers mean to a user.

import Glibc
import LodeCore

enum LocalFault {
    /// - Throws: `42602` for names that no file can have.
    static func checkPath(_ path: String) throws(SQLError) {
        if path.isEmpty { throw SQLError(.invalidName, "a file name must not be empty") }
        if path.utf8.contains(0) { throw SQLError(.invalidName, "a file name must not contain a zero byte") }
    }

    /// The error for `code` after trying to `verb` ("open", "write") `path`.
    static func error(_ code: Int32, _ verb: String, _ path: String) -> SQLError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOENT, ENOTDIR: return missing(path, verb)
        case EISDIR:
            return SQLError(
                .undefinedFile, "\"\(path)\" is a folder, not a file",
                hint: "Name files in it: \"\(StorePath.join(path, "*.parquet"))\".")
        case EACCES, EPERM:
            return SQLError(
                .insufficientPrivilege, "could not \(verb) \"\(path)\": \(reason.lowercased())",
                hint: "Look at who owns it and its folder (ls -ld) and run Lode as a user who may do this.")
        case EROFS:
            return SQLError(
                .insufficientPrivilege, "could not \(verb) \"\(path)\": its file system is read-only",
                hint: "Choose another place.")
        case ENOSPC, EDQUOT:
            return SQLError(
                .diskFull, "could not \(verb) \"\(path)\": the disk is full", detail: reason,
                hint: "Free some space (df -h) and run the statement again; nothing of it was published.")
        case EMFILE, ENFILE:
            return SQLError(
                .configurationLimitExceeded, "could not \(verb) \"\(path)\": too many open files",
                hint: "Raise the limit with ulimit -n.")
        case ENAMETOOLONG:
            return SQLError(.invalidName, "could not \(verb) \"\(path)\": the name is too long")
        default:
            return SQLError(.ioError, "could not \(verb) \"\(path)\": \(reason.lowercased())")
        }
    }

    private static func missing(_ path: String, _ verb: String) -> SQLError {
        guard verb == "open" || verb == "examine" else {
            let file = nearestFile(above: path)
            return SQLError(
                .undefinedFile, "could not \(verb) \"\(path)\"",
                detail: file.map { "\"\($0)\" is a file, not a folder." } ?? "A folder above it cannot be created.",
                hint: "Choose another place.")
        }
        let (detail, hint) = MissingPath.explain(path, in: LocalStore())
        return SQLError(.undefinedFile, "could not \(verb) \"\(path)\": there is no such file", detail: detail, hint: hint)
    }

    /// The part of a path that stands in the way by being a file.
    private static func nearestFile(above path: String) -> String? {
        var parent = path
        while !parent.isEmpty, parent != "/" {
            if let info = (try? LocalStore().info(parent)) ?? nil { return info.isFolder ? nil : parent }
            parent = StorePath.parent(parent)
        }
        return nil
    }
}
