/// Tags of Glue's tables, which it keeps apart from their definitions.

import LodeCloud
import LodeCore

extension GlueCatalog {
    package func tags(of name: TableName) throws(SQLError) -> [String: String] { try tags(of: try resource(name)) }

    private func tags(of resource: String) throws(SQLError) -> [String: String] {
        try service.send("GetTags", ["ResourceArn": .string(resource)])["Tags"]?.texts ?? [:]
    }

    /// Makes the changes that are of tags.
    /// - Throws: `42704` for a tag that is to go and is not there.
    func changeTags(of name: TableName, _ json: CloudJSON, _ changes: [DefinitionChange]) throws(SQLError) {
        for change in changes {
            switch change {
            case .setTags(let tags):
                _ = try service.send("TagResource", ["ResourceArn": .string(try resource(name, json)), "TagsToAdd": CloudJSON(tags)])
            case .removeTags(let names, let ifExists):
                let resource = try resource(name, json)
                try GlueTable(json)?.requireTags(names, in: try tags(of: resource), ifExists)
                _ = try service.send(
                    "UntagResource", ["ResourceArn": .string(resource), "TagsToRemove": .array(names.map { .string($0) })])
            default: break
            }
        }
    }

    private func resource(_ name: TableName) throws(SQLError) -> String {
        guard let json = try tableJSON(name) else { throw try missingTable(name) }
        return try resource(name, json)
    }

    /// What services of AWS call a table.
    /// - Parameter json: the `Table` as Glue has it, which says whose it is.
    /// - Source: AWS Glue Developer Guide, "Specifying AWS Glue resource ARNs".
    private func resource(_ name: TableName, _ json: CloudJSON) throws(SQLError) -> String {
        guard let account = json["CatalogId"]?.string ?? catalogID else {
            throw SQLError(
                .objectNotInPrerequisiteState, "the account of table \"\(name)\" of Glue is not known",
                hint: "Give the catalog the option catalog_id.")
        }
        let region = service.region
        let partition = region.hasPrefix("cn-") ? "aws-cn" : region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
        return "arn:\(partition):glue:\(region):\(account):table/\(name.database.lowercased())/\(name.name.lowercased())"
    }
}

extension DefinitionChange {
    var isOfTags: Bool {
        switch self {
        case .setTags, .removeTags: true
        default: false
        }
    }
}
