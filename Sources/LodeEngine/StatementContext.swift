/// What one statement needs from binding to its end.

import LodeCore
import LodeExecution
import LodeObjectStore
import LodePlan
import LodeVectors

/// Made for one statement of a session, on its thread.
final class StatementContext {
    /// Keeps what the statement may use as long as some of it runs.
    let running: RunningStatement
    let execution: ExecutionContext
    let columnIDs = ColumnIDs()
    let resolver: SessionResolver
    let rejects: RejectTables

    init(session: Session) {
        let running = session.running
        self.running = running
        let objects = session.statementObjects()
        rejects = RejectTables(session, memory: running.memory)
        execution = ExecutionContext(
            pool: session.engine.pool, memory: running.memory, cancellation: running.cancellation,
            functions: session.functionContext(running, objects), threads: session.settings.threads)
        let folder = session.settings["temp_directory"]
        let limits = SpoolLimits(
            cancellation: running.cancellation, memory: running.memory, temporaryFolder: folder.isEmpty ? nil : folder)
        resolver = SessionResolver(
            session: session, stores: session.engine.stores.limited(limits), rejects: rejects, moment: StatementMoment(),
            objects: objects)
    }

    /// Computes an expression without columns.
    var evaluateConstant: (BoundExpression) throws(SQLError) -> Value {
        let functions = execution.functions
        return { (expression) throws(SQLError) in try ConstantFolder.evaluate(expression, functions) }
    }

    /// Writes the rows that readers rejected into the tables that `rejects_table` named.
    func storeRejects(_ session: Session) throws(SQLError) {
        try session.commit(changes: [], rejects: rejects)
    }
}
