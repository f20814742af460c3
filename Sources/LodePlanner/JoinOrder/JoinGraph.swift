/// The joins of one region as a graph: relations and what connects them.

import LodeCore
import LodePlan

/// A maximal tree of joins whose order is free, flattened.
///
/// Inner joins commute and associate. A semi, anti, left, single or mark join commutes with inner joins on its left side: its
/// right side is a relation that can be attached once the relations that its condition reads are together.
struct JoinGraph {
    /// Each optimized by itself already.
    var relations: [Relation] = []
    /// Equalities between plain relations, as classes of expressions that are all equal.
    var classes: [EqualityClass] = []
    /// Everything else that rows must satisfy.
    var conditions: [Condition] = []
    /// What stands for columns that projections within the region rename.
    var renamed: [ColumnID: BoundExpression] = [:]

    struct Relation {
        var plan: LogicalPlan
        /// The columns that the relation brings into the region.
        var columns: Set<ColumnID>
        /// Nil for relations that are joined by the conditions of the region alone.
        var attachment: Attachment?
    }

    struct Attachment {
        var kind: JoinNode.Kind
        var conditions: [BoundExpression]
        /// The relations that must be together before: those that `conditions` read, and where they can fail all that they
        /// were written over.
        var needs = RelationSet()
    }

    struct Condition {
        var expression: BoundExpression
        /// The relations that must be together: those that it reads, and for one that can fail all that it was written over.
        var relations: RelationSet
        /// The relations of the two sides if it is an equality that can be hashed.
        var sides: (RelationSet, RelationSet)?
    }

    struct EqualityClass {
        let members: [(expression: BoundExpression, relation: Int)]
        /// The relations that have a member.
        let relations: RelationSet

        init(members: [(expression: BoundExpression, relation: Int)]) {
            self.members = members
            relations = members.reduce(into: RelationSet()) { $0.insert($1.relation) }
        }

        /// Some member that is in `set`.
        func member(in set: RelationSet) -> BoundExpression? { members.first { set.contains($0.relation) }?.expression }
    }

    /// Whether `plan` is the top of a region.
    static func isRegion(_ plan: LogicalPlan) -> Bool {
        switch plan {
        case .join(let node): isFree(node)
        case .filter(let node): !node.isBarrier && !node.predicate.isVolatile && isRegion(node.input)
        case .project(let node): node.items.allSatisfy(isRenaming) && isRegion(node.input)
        default: false
        }
    }

    private static func isFree(_ node: JoinNode) -> Bool {
        node.kind != .full && !node.conditions.contains(where: \.isVolatile)
    }

    private static func isRenaming(_ item: ProjectNode.Item) -> Bool {
        switch item.expression {
        case .column, .constant: true
        default: false
        }
    }

    /// Takes the joins at the top of `plan` apart; `optimize` is applied to whatever is below them.
    init(_ plan: LogicalPlan, optimize: (LogicalPlan) throws(SQLError) -> LogicalPlan) throws(SQLError) {
        var conjuncts: [Conjunct] = []
        try collect(plan, &conjuncts, optimize)
        for index in relations.indices {
            guard var attachment = relations[index].attachment else { continue }
            attachment.conditions = attachment.conditions.map { $0.substituting(renamed) }
            let read = attachment.conditions.reduce(into: Set<ColumnID>()) { $0.formUnion($1.columns) }
            attachment.needs.formUnion(relationsRead(by: read).subtracting(RelationSet(index)))
            relations[index].attachment = attachment
        }
        for conjunct in conjuncts { add(conjunct.expression.substituting(renamed), over: conjunct.below) }
        settleClasses()
    }

    /// A condition, and the relations that it was written over.
    private struct Conjunct {
        var expression: BoundExpression
        var below: RelationSet
    }

    private mutating func collect(
        _ plan: LogicalPlan, _ conjuncts: inout [Conjunct], _ optimize: (LogicalPlan) throws(SQLError) -> LogicalPlan
    ) throws(SQLError) {
        let first = relations.count
        var below: RelationSet { (first..<relations.count).reduce(into: RelationSet()) { $0.insert($1) } }
        guard Self.isRegion(plan) else {
            relations.append(Relation(plan: try optimize(plan), columns: plan.columnIDs))
            return
        }
        switch plan {
        case .join(let node):
            switch node.kind {
            case .inner:
                try collect(node.left, &conjuncts, optimize)
                try collect(node.right, &conjuncts, optimize)
                conjuncts += node.conditions.map { Conjunct(expression: $0, below: below) }
            case .right:
                try collect(node.right, &conjuncts, optimize)
                try attach(node.left, .left, node.conditions, over: below, optimize)
            case .left, .semi, .anti, .single, .mark, .full:
                try collect(node.left, &conjuncts, optimize)
                try attach(node.right, node.kind, node.conditions, over: below, optimize)
            }
        case .filter(let node):
            try collect(node.input, &conjuncts, optimize)
            conjuncts += node.predicate.conjuncts.map { Conjunct(expression: $0, below: below) }
        case .project(let node):
            try collect(node.input, &conjuncts, optimize)
            for item in node.items where item.expression != item.column.reference {
                renamed[item.column.id] = item.expression.substituting(renamed)
            }
        default: break
        }
    }

    private mutating func attach(
        _ plan: LogicalPlan, _ kind: JoinNode.Kind, _ conditions: [BoundExpression], over below: RelationSet,
        _ optimize: (LogicalPlan) throws(SQLError) -> LogicalPlan
    ) throws(SQLError) {
        let columns: Set<ColumnID> =
            switch kind {
            case .semi, .anti: []
            case .mark(let column, _): [column.id]
            case .inner, .left, .right, .full, .single: plan.columnIDs
            }
        let needs = conditions.contains(where: \.canFail) ? below : RelationSet()
        relations.append(
            Relation(plan: try optimize(plan), columns: columns, attachment: Attachment(kind: kind, conditions: conditions, needs: needs)))
    }

    private func relationsRead(by columns: Set<ColumnID>) -> RelationSet {
        var read = RelationSet()
        for (index, relation) in relations.enumerated() where !relation.columns.isDisjoint(with: columns) { read.insert(index) }
        return read
    }

    private mutating func add(_ conjunct: BoundExpression, over below: RelationSet) {
        var condition = Condition(expression: conjunct, relations: relationsRead(by: conjunct.columns))
        let canFail = conjunct.canFail
        if canFail { condition.relations.formUnion(below) }
        if case .comparison(let op, let a, let b, _) = conjunct, op == .equal || op == .isNotDistinct {
            let left = relationsRead(by: a.columns), right = relationsRead(by: b.columns)
            if !left.isEmpty, !right.isEmpty, left.isDisjoint(with: right) { condition.sides = (left, right) }
            if op == .equal, !canFail, let one = plainRelation(left), let other = plainRelation(right), condition.sides != nil {
                merge((a, one), (b, other))
                return
            }
        }
        conditions.append(condition)
    }

    /// The one relation of `set`, if that is joined by conditions alone.
    private func plainRelation(_ set: RelationSet) -> Int? {
        guard let index = set.only, relations[index].attachment == nil else { return nil }
        return index
    }

    private mutating func merge(_ a: (expression: BoundExpression, relation: Int), _ b: (expression: BoundExpression, relation: Int)) {
        let first = classes.firstIndex { $0.members.contains { $0.expression == a.expression } }
        let second = classes.firstIndex { $0.members.contains { $0.expression == b.expression } }
        switch (first, second) {
        case (nil, nil): classes.append(EqualityClass(members: [a, b]))
        case (let i?, nil): classes[i] = EqualityClass(members: classes[i].members + [b])
        case (nil, let j?): classes[j] = EqualityClass(members: classes[j].members + [a])
        case (let i?, let j?) where i != j:
            classes[i] = EqualityClass(members: classes[i].members + classes[j].members)
            classes.remove(at: j)
        default: break
        }
    }

    /// Two members of one relation must be equal within it: afterwards one of them speaks for both.
    private mutating func settleClasses() {
        for index in classes.indices {
            var kept: [(expression: BoundExpression, relation: Int)] = []
            for member in classes[index].members {
                guard let same = kept.first(where: { $0.relation == member.relation }) else {
                    kept.append(member)
                    continue
                }
                let equal = BoundExpression.comparison(.equal, same.expression, member.expression, nil)
                relations[member.relation].plan = .filter(FilterNode(input: relations[member.relation].plan, predicate: equal))
            }
            classes[index] = EqualityClass(members: kept)
        }
    }
}
