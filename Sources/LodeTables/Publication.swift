/// Having a version of a table that no catalog keeps: whoever writes its file first has it.

import LodeCore

/// What became of an attempt.
package enum Publication {
    case won
    /// With what somebody else wrote.
    case lost([UInt8])
}

extension TableIO {
    /// Tries to have the version whose file this is. What became of a request that failed, or whose answer was lost, the file says.
    /// - Throws: `58030` where nobody can tell: the files that the version names must stay.
    package func publish(_ path: String, _ bytes: [UInt8]) throws(SQLError) -> Publication {
        do throws(SQLError) {
            if try putIfAbsent(path, bytes) { return .won }
        } catch {
            guard let found = try? read(path) else { throw error.isRefusal ? error : error.leavingUnknown(path) }
            return found == bytes ? .won : .lost(found)
        }
        do throws(SQLError) {
            let found = try read(path)
            return found == bytes ? .won : .lost(found)
        } catch {
            throw error.leavingUnknown(path)
        }
    }
}

extension SQLError {
    /// Whether nothing was written for certain.
    fileprivate var isRefusal: Bool { [.insufficientPrivilege, .diskFull, .featureNotSupported, .undefinedFile].contains(state) }

    /// The request may still be on its way.
    fileprivate func leavingUnknown(_ path: String) -> SQLError {
        SQLError(
            .ioError, "the commit could not be written: \(message)", in: path, detail: detail,
            hint: "Look at the table's history before you run the statement again.")
    }
}
