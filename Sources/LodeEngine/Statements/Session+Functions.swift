/// SHOW FUNCTIONS.

import LodeCore
import LodeFunctions
import LodeSyntax

extension Session {
    func showFunctions(_ pattern: String?, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        var rows: [[Value]] = []
        func add(_ name: String, _ kind: String, _ entry: FunctionDocumentation) {
            guard Self.matches(name, pattern) else { return }
            let example = entry.examples.first.map { "\($0.call) → \($0.result)" } ?? ""
            rows.append([.text(name), .text(kind), .text(entry.family), .text(entry.summary), .text(example)])
        }
        for (name, function) in FunctionRegistry.scalars where name.utf8.first.map({ $0 > 96 }) ?? false {
            add(name, "scalar", function.documentation)
        }
        for (name, function) in FunctionRegistry.sets { add(name, "set", function.documentation) }
        for (name, function) in FunctionRegistry.aggregates { add(name, "aggregate", function.documentation) }
        for (name, function) in FunctionRegistry.windows { add(name, "window", function.documentation) }
        for function in FileFunctions.all {
            for name in function.names where Self.matches(name, pattern) {
                rows.append([.text(name), .text("table"), .text("files"), .text(function.summary), .text(function.example)])
            }
        }
        rows.sort { $0[0].textForOrder < $1[0].textForOrder }
        let fields = ["function_name", "kind", "family", "description", "example"].map { Field($0, .varchar) }
        return try give(fields, rows, to: run.sink, tag: "SHOW")
    }
}

extension Value {
    fileprivate var textForOrder: String { if case .text(let text) = self { text.string } else { "" } }
}
