/// Requests to publish a version whose answer was lost.

import LodeCore

extension SQLError {
    /// Whether nothing was written for certain.
    var isRefusal: Bool { [.insufficientPrivilege, .diskFull, .featureNotSupported, .undefinedFile].contains(state) }

    /// The request may still be on its way: the files that it names must stay.
    func leavingUnknown(_ path: String) -> SQLError {
        SQLError(
            .ioError, "the commit could not be written: \(message)", in: path, detail: detail,
            hint: "Look at the table's history before you run the statement again.")
    }
}
