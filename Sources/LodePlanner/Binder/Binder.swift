/// From what was written to what is meant: names, types and overloads resolved into a logical plan.

import LodeCore
import LodePlan
import LodeSyntax

/// Binds one statement. Not for several threads; make one for every statement.
///
/// Every construct of the syntax tree is either bound or refused by its name with `0A000`. Errors carry the span of what
/// is to blame.
package final class Binder {
    /// Computes an expression without columns: what LIMIT, function arguments and literals in casts come down to.
    package typealias ConstantEvaluator = (BoundExpression) throws(SQLError) -> Value

    /// Queries within queries (views, CTEs and FROM included), before stacks of later passes would be in danger.
    static let maximumDepth = 200

    var resolver: any RelationResolver
    let parameters: [String: Value]
    /// `$1`, `$2`, … of a prepared statement; nil if their values are among `parameters`.
    let positions: ParameterList?
    let ids: ColumnIDs
    let relations: Relations
    let evaluate: ConstantEvaluator

    var queryDepth = 0
    /// How many aliases were replaced by what they stand for; bounded, since aliases of aliases can double at each step.
    var aliasExpansions = 0
    var nextCommonTable = 0
    /// CTEs that are computed once, in the order in which their definitions need each other.
    var shared: [SharedCommonTable] = []
    /// Where names are written, for errors about grouping: filled while the clauses of a SELECT are bound.
    var uses: [ColumnUse] = []
    /// What `merge_action()` stands for: bound for RETURNING of a MERGE.
    var mergeAction: BoundExpression?
    /// Positions of identity columns that a statement gives values to.
    var countedColumns: Set<Int> = []
    /// Columns of select lists that are casts to a type of which clients are told more than is kept.
    var writtenTypes: [ColumnID: CatalogColumn] = [:]
    /// What COLUMNS(…) stands for in the select item that is being bound.
    var expandedColumn: FromScope.Visible?

    /// - Parameter parameters: values of `$1` under "1", of `:name` under "name".
    package init(
        resolver: any RelationResolver, parameters: [String: Value] = [:], positions: ParameterList? = nil,
        columnIDs: ColumnIDs = ColumnIDs(),
        relations: Relations = Relations(), evaluateConstant: @escaping ConstantEvaluator
    ) {
        self.resolver = resolver
        self.parameters = parameters
        self.positions = positions
        ids = columnIDs
        self.relations = relations
        evaluate = evaluateConstant
    }

    /// Binds a query as a statement of its own.
    package func bind(query: Query) throws(SQLError) -> BoundQuery {
        let bound = try bindQuery(query, in: Scope.empty)
        return finish(bound)
    }

    /// The source of COPY … TO: a query, or the columns of a table.
    package func bind(copy subject: Copy.Subject) throws(SQLError) -> BoundQuery {
        switch subject {
        case .query(let query): return try bind(query: query)
        case .table(let name, let columns):
            let relation = try bindTable(name, time: nil, alias: nil, in: Scope.empty, span: name.span)
            let wanted = columns.isEmpty ? relation.from.visible : try columns.map { (column) throws(SQLError) in
                try relation.from.visible(named: column)
            }
            let items = wanted.map { ProjectNode.Item($0.column, $0.column.reference) }
            return finish(BoundQuery(
                plan: .project(ProjectNode(input: relation.plan, items: items)), names: wanted.map(\.name)))
        }
    }

    /// The same rows for a file: without the types that only PostgreSQL's catalogs have.
    package func stored(_ query: BoundQuery) -> BoundQuery {
        guard query.types.contains(where: { $0 != $0.stored }) else { return query }
        let items = query.plan.columns.map { column in
            column.type == column.type.stored
                ? ProjectNode.Item(column, column.reference)
                : ProjectNode.Item(
                    PlanColumn(ids.fresh(), column.name, column.type.stored, nullable: column.nullable),
                    .cast(column.reference, to: column.type.stored, isTry: false, nil))
        }
        return BoundQuery(plan: .project(ProjectNode(input: query.plan, items: items)), names: query.names)
    }

    /// Binds an expression over given columns: a default, a constraint, a partition value.
    ///
    /// `relation` may qualify the columns.
    package func bindScalar(
        _ expression: Expression, over columns: [PlanColumn] = [], of relation: String = ""
    ) throws(SQLError) -> BoundExpression {
        let from = FromScope(relation: relation, path: [], columns: columns)
        let scope = Scope(parent: nil, from: from, clause: .scalar)
        return settle(try bind(expression, scope))
    }

    /// Binds and computes an expression without columns: a setting, an option.
    package func bindConstant(_ expression: Expression) throws(SQLError) -> (value: Value, type: SQLType) {
        let bound = try bindScalar(expression)
        do throws(SQLError) {
            return (try constantValue(bound), bound.type)
        } catch {
            throw error.at(expression.span)
        }
    }

    /// Binds and computes an expression without columns that is to be of a type.
    /// - Throws: `42804` if it is of another, which `what` names.
    package func bindConstant(_ expression: Expression, as type: SQLType, what: String) throws(SQLError) -> Value {
        let scope = Scope(parent: nil, from: FromScope(relation: "", path: [], columns: []), clause: .scalar)
        return try constantValue(try coerce(try bind(expression, scope), to: type, as: what, at: expression.span))
    }

    /// A quoted literal of a type.
    package func readLiteral(_ text: String, of type: SQLType) throws(SQLError) -> Value {
        try constantValue(try convert(.constant(.text(SQLText(text)), .null), to: type, at: nil))
    }

    /// Gives untyped columns their types and puts the shared CTEs on top.
    func finish(_ query: BoundQuery) -> BoundQuery {
        var plan = settleColumns(query.plan)
        plan = CommonTables.attach(shared, to: plan)
        shared = []
        var bound = BoundQuery(plan: plan, names: query.names)
        bound.origins = CatalogColumns(plan, writtenTypes).of(plan.columns)
        return bound
    }
}
