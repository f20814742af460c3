/// What a server proves with who it is.

import NIOSSL

package struct ServerCertificate: Sendable {
    /// The certificate, and those that it depends on.
    package let chain: [NIOSSLCertificate]
    package let context: NIOSSLContext

    /// - Parameters: files in PEM.
    package init(certificateFile: String, keyFile: String) throws {
        chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        context = try NIOSSLContext(configuration: configuration)
    }
}
