/// Where a table's files are and how they are read, in Glue's shape.

import LodeFormats

/// - Source: AWS Glue Web API Reference, "StorageDescriptor".
package struct StorageDescriptor: Codable, Hashable, Sendable {
    /// Without the partition columns.
    package var columns: [GlueColumn]
    package var location: String?
    package var inputFormat: String?
    package var outputFormat: String?
    package var serdeInfo: SerDeInfo?
    package var compressed: Bool?
    package var parameters: [String: String]?

    enum CodingKeys: String, CodingKey {
        case columns = "Columns", location = "Location", inputFormat = "InputFormat", outputFormat = "OutputFormat"
        case serdeInfo = "SerdeInfo", compressed = "Compressed", parameters = "Parameters"
    }

    package init(columns: [GlueColumn] = [], location: String? = nil, format: (any FileFormat)? = nil) {
        self.columns = columns
        self.location = location
        inputFormat = format?.hadoop.inputFormats.first
        outputFormat = format?.hadoop.outputFormats.first
        serdeInfo = format.map { SerDeInfo(serializationLibrary: $0.hadoop.serdes.first, parameters: [:]) }
    }

    package init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: CodingKeys.self)
        columns = try box.decodeIfPresent([GlueColumn].self, forKey: .columns) ?? []
        location = try box.decodeIfPresent(String.self, forKey: .location)
        inputFormat = try box.decodeIfPresent(String.self, forKey: .inputFormat)
        outputFormat = try box.decodeIfPresent(String.self, forKey: .outputFormat)
        serdeInfo = try box.decodeIfPresent(SerDeInfo.self, forKey: .serdeInfo)
        compressed = try box.decodeIfPresent(Bool.self, forKey: .compressed)
        parameters = try box.decodeIfPresent([String: String].self, forKey: .parameters)
    }
}

extension StorageDescriptor {
    /// The format that a descriptor from any writer means; nil if it is none of ours.
    package var fileFormat: (any FileFormat)? {
        if let serde = serdeInfo?.serializationLibrary, !serde.isEmpty { return FileFormats.serde(serde) }
        return inputFormat.flatMap { FileFormats.inputFormat($0).first }
    }
}

/// - Source: AWS Glue Web API Reference, "SerDeInfo".
package struct SerDeInfo: Codable, Hashable, Sendable {
    package var name: String?
    package var serializationLibrary: String?
    /// Reader options, such as `field.delim`.
    package var parameters: [String: String]?

    enum CodingKeys: String, CodingKey {
        case name = "Name", serializationLibrary = "SerializationLibrary", parameters = "Parameters"
    }

    package init(serializationLibrary: String?, parameters: [String: String]?) {
        self.serializationLibrary = serializationLibrary
        self.parameters = parameters
    }
}
