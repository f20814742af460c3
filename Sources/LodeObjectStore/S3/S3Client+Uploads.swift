/// Multipart uploads: objects that are sent in parts and appear at once.

import Crypto
import LodeCloud
import LodeCore

/// An upload that was begun.
struct S3Upload: Sendable {
    var location: S3Location
    var id: String
}

extension S3Client {
    func begin(_ location: S3Location) throws(SQLError) -> S3Upload {
        let account = try account(location)
        let response = try send(location) { () throws(SQLError) in
            var request = try request(.post, location, query: [(name: "uploads", value: "")], kind: "UPLOAD")
            add(account.writeHeaders, &request)
            add(account.objectHeaders, &request)
            request.judge = Self.expecting("InitiateMultipartUploadResult")
            return request
        }
        guard response.isSuccess, let id = CloudXML(response.body)?.text("UploadId"), !id.isEmpty else {
            throw error(response, "write", location)
        }
        return S3Upload(location: location, id: id)
    }

    /// Starts sending a part; parts are numbered from 1.
    func part(_ number: Int, of upload: S3Upload, _ bytes: [UInt8]) throws(SQLError) -> CloudCall {
        var request = try request(
            .put, upload.location, query: [(name: "partNumber", value: String(number)), (name: "uploadId", value: upload.id)], kind: "PART")
        request.body = bytes
        add(try account(upload.location).objectHeaders, &request)
        request.judge = Self.tagged
        return client.start(request)
    }

    /// Makes the object of its parts.
    /// - Parameter tags: as the parts' answers gave them, in order.
    func complete(_ upload: S3Upload, tags: [String], size: Int) throws(SQLError) {
        let parts = tags.enumerated().map { index, tag in
            CloudXML("Part", children: [CloudXML("PartNumber", text: String(index + 1)), CloudXML("ETag", text: tag)])
        }
        var request = try request(.post, upload.location, query: [(name: "uploadId", value: upload.id)], kind: "UPLOAD")
        request.body = Array(CloudXML("CompleteMultipartUpload", children: parts).written.utf8)
        request.headers["Content-Type"] = "application/xml"
        // Putting thousands of parts together takes its time.
        request.retries.idleMillis = 60_000
        request.retries.totalSeconds = 600
        request.judge = Self.expecting("CompleteMultipartUploadResult")
        // What is not answered, or answered with an upload that is gone, may have happened all the same.
        func isThere() throws(SQLError) -> Bool {
            guard let info = try head(upload.location) else { return false }
            return info.size == size && info.etag == Self.tag(ofParts: tags)
        }
        let response: CloudResponse
        do throws(SQLError) { response = try client.send(request) } catch {
            if error.state == .ioError, try isThere() { return }
            throw error
        }
        if response.isSuccess, CloudXML(response.body)?.name == "CompleteMultipartUploadResult" { return }
        if AWSFault(response)?.code == "NoSuchUpload", try isThere() { return }
        throw error(response, "write", upload.location)
    }

    /// The tag that an object of these parts has.
    static func tag(ofParts tags: [String]) -> String? {
        var digests: [UInt8] = []
        for tag in tags {
            let text = Array(RemoteObject.unquoted(tag).utf8)
            guard text.count == 32 else { return nil }
            for at in stride(from: 0, to: 32, by: 2) {
                guard let byte = UInt8(String(decoding: text[at..<at + 2], as: UTF8.self), radix: 16) else { return nil }
                digests.append(byte)
            }
        }
        return "\(SigV4.hex(Insecure.MD5.hash(data: digests)))-\(tags.count)"
    }

    /// Drops an upload with its parts. One that is gone is no error.
    func abort(_ upload: S3Upload) throws(SQLError) {
        let response = try client.send(
            try request(.delete, upload.location, query: [(name: "uploadId", value: upload.id)], kind: "UPLOAD"))
        guard response.isSuccess || response.status == 404 else { throw error(response, "drop the upload of", upload.location) }
    }

    /// The uploads below a prefix that were begun before a time and not ended.
    func uploads(_ location: S3Location, before micros: Int64) throws(SQLError) -> [S3Upload] {
        var found: [S3Upload] = [], marker: [(name: String, value: String)] = []
        while true {
            let query = [(name: "uploads", value: ""), (name: "prefix", value: location.prefix)] + marker
            let response = try send(location) { () throws(SQLError) in
                var request = try request(.get, location, key: "", query: query, kind: "LIST")
                request.judge = Self.expecting("ListMultipartUploadsResult")
                return request
            }
            guard response.isSuccess, let root = CloudXML(response.body) else { throw error(response, "list the uploads of", location) }
            for upload in root.all("Upload") {
                guard let key = upload.text("Key"), let id = upload.text("UploadId") else { continue }
                let begun = upload.text("Initiated").flatMap { CloudTime.parseISO($0) }
                if let begun, begun >= micros { continue }
                var place = location
                place.key = key
                found.append(S3Upload(location: place, id: id))
            }
            guard root.text("IsTruncated") == "true", let key = root.text("NextKeyMarker"), let id = root.text("NextUploadIdMarker") else {
                return found
            }
            marker = [(name: "key-marker", value: key), (name: "upload-id-marker", value: id)]
        }
    }
}
