/// The kinds of catalogs that can be attached, and their options.

import LodeCloud
import LodeCore
import LodeObjectStore

package enum CatalogKinds {
    package static let names = ["glue", "iceberg", "lode"]

    /// Options whose values are shown; those of all others are secrets.
    private static let shown = IcebergProperties.shownOptions.union([
        "warehouse", "catalog", "region", "endpoint", "profile", "catalog_id", "role_arn", "secret",
    ])
    private static let glueOptions: Set<String> = [
        "region", "endpoint", "profile", "catalog_id", "warehouse", "access_key_id", "secret_access_key", "session_token", "role_arn",
        "external_id", "secret",
    ]

    /// What is kept of a statement, and what is a secret.
    /// - Throws: `42704` for a kind or `22023` for an option that is not known, with the nearest name.
    package static func definition(
        _ name: String, _ kind: String, _ options: [String: String]
    ) throws(SQLError) -> (CatalogDefinition, secrets: [String: Secret]) {
        let kind = kind.lowercased()
        switch kind {
        case "lode": try check(options, ["warehouse", "catalog"])
        case "glue": try check(options, glueOptions)
        case "iceberg", "iceberg_rest": try check(options, IcebergProperties.options.union(["secret"]))
        default:
            throw SQLError(
                .undefinedObject, "there is no kind of catalog \"\(kind)\"", detail: "Known: \(names.joined(separator: ", ")).",
                hint: NearestName.find(kind, among: names).map { "Did you mean \"\($0)\"?" })
        }
        var kept = options.filter { shown.contains($0.key) }
        if kind == "lode" {
            // Wherever the next process is run.
            for option in ["warehouse", "catalog"] { kept[option] = kept[option].map { Warehouse.absolute($0) } }
        }
        let secrets = options.filter { !shown.contains($0.key) }
        let definition = CatalogDefinition(name: name.lowercased(), kind: kind, options: kept, secrets: secrets.keys.sorted())
        return (definition, secrets.mapValues { Secret($0) })
    }

    /// - Throws: `22023` for options that can't be used, `42704` for a secret that is not there.
    static func make(
        _ definition: CatalogDefinition, _ secrets: [String: Secret], _ connect: GlueConnector, stores: StoreRegistry
    ) throws(SQLError) -> any Catalog {
        var options = definition.options.mapValues { Secret($0) }.merging(secrets) { _, secret in secret }
        if let name = options.removeValue(forKey: "secret")?.reveal() {
            options.merge(try credentials(name, stores.secrets)) { own, _ in own }
        }
        switch definition.kind {
        case "lode":
            guard let warehouse = definition.options["warehouse"] else {
                throw SQLError(.invalidParameterValue, "a catalog of kind lode needs the option warehouse")
            }
            return ReadOnlyCatalog(inner: EmbeddedCatalog(warehouse: warehouse, file: definition.options["catalog"], stores: stores))
        case "glue":
            return GlueCatalog(
                try connect(options, stores.client), Self.stores(options, stores), catalogID: definition.options["catalog_id"],
                warehouse: definition.options["warehouse"])
        case "iceberg", "iceberg_rest": return try IcebergRESTCatalog(options, stores.client, stores: stores)
        default: throw SQLError.unsupported("a catalog of kind \"\(definition.kind)\"")
        }
    }

    /// What CREATE SECRET said, as options of a catalog.
    private static func credentials(_ name: String, _ secrets: SecretRegistry) throws(SQLError) -> [String: Secret] {
        guard let secret = secrets.all.first(where: { $0.name == name }) else {
            let near = NearestName.find(name, among: secrets.all.map(\.name))
            throw SQLError(
                .undefinedObject, "secret \"\(name)\" does not exist",
                hint: near.map { "Did you mean \"\($0)\"?" } ?? "CREATE SECRET \(name) (TYPE s3, KEY_ID '…', SECRET '…') makes it.")
        }
        let words = [
            "key_id": "access_key_id", "secret": "secret_access_key", "assume_role_arn": "role_arn", "bearer_token": "token",
            "session_token": "session_token", "profile": "profile", "external_id": "external_id",
        ]
        var options: [String: Secret] = [:]
        for (option, value) in secret.options { if let word = words[option] { options[word] = value } }
        return options
    }

    /// Files are read as whom Glue is asked, unless a secret says otherwise.
    private static func stores(_ options: [String: Secret], _ stores: StoreRegistry) -> StoreRegistry {
        var own: [String: Secret] = [:]
        own["key_id"] = options["access_key_id"]
        own["secret"] = options["secret_access_key"]
        for name in ["session_token", "profile", "region", "external_id"] { own[name] = options[name] }
        own["assume_role_arn"] = options["role_arn"]
        if Set(own.keys).subtracting(["region"]).isEmpty { return stores }
        let secret = CloudSecret(
            name: "", kind: .s3, provider: own["key_id"] == nil ? .credentialChain : .config, scope: [], options: own)
        return stores.adapting { _, found in found ?? secret }
    }

    private static func check(_ options: [String: String], _ known: Set<String>) throws(SQLError) {
        guard let wrong = options.keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw SQLError(
            .invalidParameterValue, "unrecognized option \"\(wrong)\"", detail: "Known: \(known.sorted().joined(separator: ", ")).",
            hint: NearestName.find(wrong, among: known.sorted()).map { "Did you mean \"\($0)\"?" })
    }
}
