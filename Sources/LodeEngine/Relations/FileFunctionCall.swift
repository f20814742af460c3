/// A call of a function that takes files: `name(paths, option = value, …)`.

import LodeCore
import LodeExecution
import LodeObjectStore
import LodePlan

/// What functions that read files and those that tell of files have in common: how they are called, and what help says of them.
protocol FileFunctionEntry: Sendable {
    /// In lower case; the first is the one that messages use.
    var names: [String] { get }
    var summary: String { get }
    var example: String { get }
    /// The options whose values have a type, with those; the others are taken as they are written.
    var optionTypes: [String: SQLType] { get }
    /// Whether files are read that others name: what a client may not name, they do not either.
    var followsPaths: Bool { get }

    /// The table that a call returns.
    /// - Throws: `22023` for wrong options, and what reading the files throws.
    func source(_ call: FileFunctionCall, _ stores: StoreRegistry, _ rejects: RejectTables) throws(SQLError) -> any Relation
}

extension FileFunctionEntry {
    var optionTypes: [String: SQLType] { [:] }
    var followsPaths: Bool { false }
}

/// All functions that take files.
enum FileFunctions {
    static let all: [any FileFunctionEntry] =
        FileFunction.all.map { $0 as any FileFunctionEntry } + FileReports.all.map { $0 as any FileFunctionEntry }
        + TableFunction.all.map { $0 as any FileFunctionEntry }
    static let names: [String] = all.flatMap(\.names)

    static func named(_ name: String) -> (any FileFunctionEntry)? { all.first { $0.names.contains(name) } }
}

/// Arguments as constants of SQL.
struct FileFunctionCall {
    /// As it was called, in lower case.
    var name: String
    var arguments: [Value]
    /// Names in lower case.
    var named: [(name: String, value: Value)]

    /// The paths or patterns of the first argument.
    /// - Throws: `42883` unless there is exactly one argument without a name, `22023` if it is no path.
    func paths(of function: any FileFunctionEntry) throws(SQLError) -> [String] {
        guard arguments.count == 1 else {
            throw SQLError(
                .undefinedFunction, "\(name) takes one path or a list of paths, then options by name",
                hint: "For instance: \(function.example).")
        }
        switch arguments[0] {
        case .text(let path): return [path.string]
        case .list(let items):
            var paths: [String] = []
            for item in items {
                guard case .text(let path) = item else { throw SQLError(.invalidParameterValue, "a path must be a string") }
                paths.append(path.string)
            }
            if paths.isEmpty { throw SQLError(.invalidParameterValue, "\(name) was given no path") }
            return paths
        default: throw SQLError(.invalidParameterValue, "\(name) takes a path or a list of paths")
        }
    }
}

extension StoreRegistry {
    /// The files that paths and patterns stand for, in order.
    /// - Throws: `58P01` for one that matches nothing.
    func expand(_ paths: [String]) throws(SQLError) -> [ObjectInfo] {
        var files: [ObjectInfo] = []
        for path in paths { files += try expand(path) }
        return files
    }
}
