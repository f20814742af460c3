/// Which statement is whose business: the one list of all statements.

import LodeCore
import LodeSyntax

extension Session {
    func run(_ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch run.parsed.statement {
        case .query(let query): return try self.query(query, run)
        case .explain(let explain): return try self.explain(explain, run)
        case .insert(let insert): return try self.insert(insert, run)
        case .update(let update): return try change(try update.changing, run)
        case .delete(let delete): return try change(try delete.changing, run)
        case .merge(let merge): return try change(try merge.changing, run)
        case .truncate(let names): return try truncate(names)
        case .copy(let copy): return try self.copy(copy, run)
        case .definition(let definition): return try self.run(definition, run)
        case .utility(let utility): return try self.run(utility, run)
        case .maintenance(let maintenance): return try self.run(maintenance, run)
        case .transaction(let transaction): return try self.run(transaction)
        case .session(let session): return try self.run(session, run)
        case .role(let role): return try self.run(role, run)
        }
    }

    private func run(_ statement: DefinitionStatement, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch statement {
        case .createSchema(let create): try createSchema(create)
        case .createExternalSchema(let create): try createExternalSchema(create)
        case .createCatalog(let create): try createCatalog(create)
        case .dropCatalog(let name, let ifExists): try dropCatalog(name, ifExists: ifExists)
        case .createTable(let create): try createTable(create)
        case .createView(let create): try createView(create, run)
        case .alterTable(let alter): try alterTable(alter)
        case .commentOn(let comment): try self.comment(on: comment)
        case .drop(let drop): try self.drop(drop)
        }
    }

    private func run(_ statement: UtilityStatement, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch statement {
        case .set(let set): return try self.set(set)
        case .reset(let name): return try reset(name)
        case .show(let show): return try self.show(show, run)
        case .describe(let target, let isExtended): return try describe(target, isExtended: isExtended, run)
        case .describeHistory(let name): return try describeHistory(name, run)
        case .summarize(let target): return try summarize(target, run)
        case .use(let name): return try use(name)
        case .repairTable(let name, let isRefresh): return try repairTable(name, isRefresh: isRefresh, run)
        case .analyze(let name, let columns): return try analyze(name, columns)
        case .call(let call):
            if let alter = try Procedure.alteration(of: call, self) { return try alterTable(alter) }
            return try self.run(try Procedure.statement(of: call, self), run)
        }
    }

    private func run(_ statement: MaintenanceStatement, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch statement {
        case .optimize(let optimize): return try self.optimize(optimize, run)
        case .vacuum(let vacuum): return try self.vacuum(vacuum, run)
        case .restore(let restore): return try self.restore(restore, run)
        case .convert(let convert): return try self.convert(convert)
        case .undrop(let name): return try undrop(name)
        case .rewriteManifests(let name): return try rewriteManifests(of: name, run)
        case .execute(let execute):
            if let alter = try Procedure.alteration(of: execute, self) { return try alterTable(alter) }
            return try self.run(try Procedure.statement(of: execute, self), run)
        }
    }

    private func run(_ statement: TransactionStatement) throws(SQLError) -> StatementOutcome {
        switch statement {
        case .begin(let modes): try begin(modes)
        case .commit: try commit()
        case .rollback: try rollback()
        case .savepoint(let name): try savepoint(name)
        case .release(let name): try release(name)
        case .rollbackTo(let name): try rollback(to: name)
        case .lock(let lock): try self.lock(lock)
        }
    }

    private func run(_ statement: SessionStatement, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch statement {
        case .prepare(let prepare): try self.prepare(prepare, run)
        case .execute(let name, let values): try execute(name, values, run)
        case .deallocate(let name): try deallocate(name)
        case .declareCursor(let declare): try declareCursor(declare, run)
        case .fetch(let fetch): try self.fetch(fetch, run)
        case .closeCursor(let name): try closeCursor(name)
        case .discard(let what): try discard(what)
        case .listen(let channel): try listen(channel)
        case .unlisten(let channel): try unlisten(channel)
        case .notify(let channel, let payload): try notify(channel, payload)
        }
    }

    private func run(_ statement: RoleStatement, _ run: StatementRun) throws(SQLError) -> StatementOutcome {
        switch statement {
        case .createRole(let create): try createRole(create)
        case .alterRole(let alter): try alterRole(alter)
        case .access(let access): try changeAccess(access)
        case .membership(let membership): try changeMembership(membership)
        case .alterOwner(let alter): try alterOwner(alter)
        case .createSecret(let create): try createSecret(create)
        case .dropSecret(let drop): try dropSecret(drop)
        case .createAccessKey(let role): try createAccessKey(for: role, run)
        case .dropAccessKey(let id, let ifExists, let span): try dropAccessKey(id, ifExists: ifExists, at: span)
        case .dropRole(let names, let ifExists): try dropRoles(names, ifExists: ifExists)
        }
    }
}
