/// Statements: what ends with a semicolon.
import LodeCore

/// One statement of a script and the text that it was written in (without the semicolon).
package struct ParsedStatement: Sendable {
    package var statement: Statement
    package var span: SourceSpan
    /// How many `?` or the highest `$n` it has.
    package var parameterCount: Int
}

package indirect enum Statement: Sendable {
    case query(Query)

    case createSchema(CreateSchema)
    case createTable(CreateTable)
    case createView(CreateView)
    case alterTable(AlterTable)
    case commentOn(CommentOn)
    case drop(Drop)

    case insert(Insert)
    case update(Update)
    case delete(Delete)
    case merge(Merge)
    case truncate([QualifiedName])
    case copy(Copy)

    case set(SetSetting)
    /// `RESET name`; nil is RESET ALL.
    case reset(QualifiedName?)
    case show(Show)
    /// DESCRIBE, with EXTENDED or FORMATTED.
    case describe(DescribeTarget, isExtended: Bool)
    case describeHistory(QualifiedName)
    case summarize(DescribeTarget)
    case explain(Explain)
    /// `USE [catalog.]schema`.
    case use(QualifiedName)
    case repairTable(QualifiedName)
    case vacuum(Vacuum)
    /// `ANALYZE [table]`: collect statistics.
    case analyze(QualifiedName?)
    case call(FunctionCall)

    case begin(TransactionModes)
    case commit
    case rollback
    case savepoint(Identifier)
    case release(Identifier)
    /// `ROLLBACK TO savepoint`.
    case rollbackTo(Identifier)

    case prepare(Prepare)
    case execute(Identifier, [Expression])
    /// `DEALLOCATE name`; nil is DEALLOCATE ALL.
    case deallocate(Identifier?)
    case declareCursor(DeclareCursor)
    case fetch(FetchCursor)
    /// `CLOSE name`; nil is CLOSE ALL.
    case closeCursor(Identifier?)
    case discard(Discard)
    case listen(Identifier)
    /// `UNLISTEN name`; nil is UNLISTEN *.
    case unlisten(Identifier?)
    case notify(Identifier, payload: String?)

    case createRole(CreateRole)
    case alterRole(AlterRole)
    case dropRole([Identifier], ifExists: Bool)
    case access(AccessStatement)
    case membership(MembershipStatement)
    case alterOwner(AlterOwner)
}
