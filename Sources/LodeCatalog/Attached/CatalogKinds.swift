/// The kinds of catalogs that can be attached, and their options.

import LodeCloud
import LodeCore
import LodeObjectStore

package enum CatalogKinds {
    package static let names = ["glue", "iceberg", "lode"]

    /// Options whose values are shown; those of all others are secrets.
    private static let shown = IcebergProperties.shownOptions.union([
        "warehouse", "catalog", "region", "endpoint", "profile", "catalog_id", "role_arn",
    ])
    private static let glueOptions: Set<String> = [
        "region", "endpoint", "profile", "catalog_id", "warehouse", "access_key_id", "secret_access_key", "session_token", "role_arn",
        "external_id",
    ]

    /// - Throws: `42704` for a kind or `22023` for an option that is not known, with the nearest name.
    package static func make(
        _ kind: String, _ options: [String: Secret], _ connect: GlueConnector, stores: StoreRegistry
    ) throws(SQLError) -> (catalog: any Catalog, shown: [String: String]) {
        let kind = kind.lowercased()
        let catalog: any Catalog
        switch kind {
        case "lode":
            try check(options, ["warehouse", "catalog"])
            guard let warehouse = options["warehouse"]?.reveal() else {
                throw SQLError(.invalidParameterValue, "a catalog of kind lode needs the option warehouse")
            }
            let file = options["catalog"].map { $0.reveal() }
            catalog = ReadOnlyCatalog(inner: EmbeddedCatalog(warehouse: warehouse, file: file, stores: stores))
        case "glue":
            try check(options, glueOptions)
            let service = try connect(options, stores.client)
            catalog = GlueCatalog(
                service, Self.stores(options, stores), catalogID: options["catalog_id"].map { $0.reveal() },
                warehouse: options["warehouse"].map { $0.reveal() })
        case "iceberg", "iceberg_rest":
            try check(options, IcebergProperties.options)
            catalog = try IcebergRESTCatalog(options, stores.client)
        default:
            throw SQLError(
                .undefinedObject, "there is no kind of catalog \"\(kind)\"", detail: "Known: \(names.joined(separator: ", ")).",
                hint: NearestName.find(kind, among: names).map { "Did you mean \"\($0)\"?" })
        }
        return (catalog, options.filter { shown.contains($0.key) }.mapValues { $0.reveal() })
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
        return stores.adapting { $0 ?? secret }
    }

    private static func check(_ options: [String: Secret], _ known: Set<String>) throws(SQLError) {
        guard let wrong = options.keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw SQLError(
            .invalidParameterValue, "unrecognized option \"\(wrong)\"", detail: "Known: \(known.sorted().joined(separator: ", ")).",
            hint: NearestName.find(wrong, among: known.sorted()).map { "Did you mean \"\($0)\"?" })
    }
}
