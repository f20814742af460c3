/// What of a request may not come back in a message: some services say in their errors what they were sent.

extension CloudRequest {
    private static let secretHeaders: Set<String> = [
        "authorization", "x-amz-security-token", "x-amz-server-side-encryption-customer-key",
        "x-amz-copy-source-server-side-encryption-customer-key", "x-aws-ec2-metadata-token",
    ]

    /// Texts that nobody else may read, the longest first.
    var secrets: [String] {
        var found: Set<String> = []
        for (name, value) in headers.fields where Self.secretHeaders.contains(name.lowercased()) {
            found.insert(value)
            // Behind the scheme.
            if let space = value.firstIndex(of: " ") { found.insert(String(value[value.index(after: space)...])) }
        }
        return found.filter { $0.utf8.count >= 8 }.sorted { $0.utf8.count > $1.utf8.count }
    }
}

extension CloudResponse {
    /// The answer with stars for such texts in its body.
    func hiding(_ secrets: [String]) -> CloudResponse {
        let longest = 1 << 20
        guard !secrets.isEmpty, !body.isEmpty, body.count <= longest else { return self }
        var text = String(decoding: body, as: UTF8.self)
        let original = text
        for secret in secrets { text = text.replacing(secret, with: "***") }
        if text == original { return self }
        var response = self
        response.body = Array(text.utf8)
        return response
    }
}
