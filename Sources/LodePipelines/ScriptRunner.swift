/// Runs scripts one after another.

import LodeCore
import LodeEngine

/// Runs every statement of every script in one session; the first failure ends the run.
package struct ScriptRunner {
    private let runner: StatementRunner

    package init(_ runner: StatementRunner) { self.runner = runner }

    /// - Parameter willRun: told of each script before its first statement.
    /// - Returns: whether all of it succeeded; the runner's client knows what failed.
    package func run(_ scripts: [Script], willRun: (Script) -> Void = { _ in }) throws(SQLError) -> Bool {
        for script in scripts {
            let text = try script.text()
            willRun(script)
            if !runner.run(text.utf8, script: script.path) { return false }
        }
        return true
    }
}
