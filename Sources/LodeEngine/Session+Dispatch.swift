/// Which statement is whose business: the one list of all statements.

import LodeCore
import LodeSyntax

extension Session {
    func run(_ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch run.parsed.statement {
        case .query(let query): return try self.query(query, run)
        case .explain(let explain): return try self.explain(explain, run)

        case .createSchema(let create): return try createSchema(create)
        case .createTable(let create): return try createTable(create)
        case .createView(let create): return try createView(create, run)
        case .alterTable(let alter): return try alterTable(alter)
        case .commentOn(let comment): return try self.comment(on: comment)
        case .drop(let drop): return try self.drop(drop)
        case .repairTable(let name): return try repairTable(name, run)

        case .insert(let insert): return try self.insert(insert, run)
        case .update(let update): return try change(try update.changing, run)
        case .delete(let delete): return try change(try delete.changing, run)
        case .merge(let merge): return try change(try merge.changing, run)
        case .truncate(let names): return try truncate(names)
        case .copy(let copy): return try self.copy(copy, run)

        case .set(let set): return try self.set(set)
        case .reset(let name): return try reset(name)
        case .show(let show): return try self.show(show, run)
        case .use(let name): return try use(name)
        case .describe(let target, let isExtended): return try describe(target, isExtended: isExtended, run)
        case .describeHistory(let name): return try describeHistory(name, run)
        case .summarize(let target): return try summarize(target, run)
        case .vacuum(let vacuum): return try self.vacuum(vacuum, run)
        case .analyze(let name): return try analyze(name)
        case .call(let call): throw SQLError(.undefinedFunction, "procedure \"\(call.name.text)\" does not exist", at: call.name.span)

        case .begin(let modes): return try begin(modes)
        case .commit: return try commit()
        case .rollback: return try rollback()
        case .savepoint(let name): return try savepoint(name)
        case .release(let name): return try release(name)
        case .rollbackTo(let name): return try rollback(to: name)

        case .prepare(let prepare): return try self.prepare(prepare, run)
        case .execute(let name, let values): return try execute(name, values, run)
        case .deallocate(let name): return try deallocate(name)
        case .declareCursor(let declare): return try declareCursor(declare, run)
        case .fetch(let fetch): return try self.fetch(fetch, run)
        case .closeCursor(let name): return try closeCursor(name)
        case .discard(let what): return try discard(what)
        case .listen(let channel): return listen(channel)
        case .unlisten(let channel): return unlisten(channel)
        case .notify(let channel, let payload): return try notify(channel, payload)

        case .createRole(let create): return try createRole(create)
        case .alterRole(let alter): return try alterRole(alter)
        case .access(let access): return try changeAccess(access)
        case .membership(let membership): return try changeMembership(membership)
        case .alterOwner(let alter): return try alterOwner(alter)
        case .dropRole(let names, let ifExists): return try dropRoles(names, ifExists: ifExists)
        }
    }
}
