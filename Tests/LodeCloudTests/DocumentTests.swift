import LodeCore
import Testing

@testable import LodeCloud

@Suite struct DocumentTests {
    private func xml(_ text: String) -> CloudXML? { CloudXML(Array(text.utf8)) }
    private func json(_ text: String) -> CloudJSON? { CloudJSON(Array(text.utf8)) }

    @Test func `elements, entities and sections of text are read`() {
        let root = xml(
            "<?xml version=\"1.0\"?>\n<!-- c --><a:L xmlns=\"x>y\"><K>a&amp;b&#x263A;&#10;</K><K><![CDATA[<&>]]></K><E/><P><K>in</K></P></a:L>"
        )
        #expect(root?.name == "L" && root?.all("K").map(\.text) == ["a&b☺\n", "<&>"])
        #expect(root?.text("P", "K") == "in" && root?.child("E")?.text == "" && root?.text("P", "X") == nil)
    }

    @Test(arguments: [
        "", "<", "<a", "<a>", "<a></b>", "<a>&nope;</a>", "<a>&#99999999;</a>", "<!DOCTYPE a><a/>", "<a><b></a></b>", "<a", "x", "<a b='",
    ])
    func `a torn document is none`(text: String) {
        #expect(xml(text) == nil)
    }

    @Test func `deep documents are refused`() {
        #expect(xml(String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200)) == nil)
        #expect(json(String(repeating: "[", count: 200) + String(repeating: "]", count: 200)) == nil)
    }

    @Test func `what is written is read again`() {
        let element = CloudXML("Delete", children: [CloudXML("Key", text: "a<&>\r\n\"ü")])
        #expect(xml(element.written) == element)
    }

    @Test func `JSON is read with its escapes`() {
        let value = json(#" {"a": "x\"\\\/\n\u00fc\ud83d\ude00", "n": -1.5e3, "l": [true, null, {}], "e": []} "#)
        #expect(value?["a"]?.string == "x\"\\/\nü😀" && value?["n"] == .number("-1.5e3"))
        #expect(value?["l"]?.items == [.boolean(true), .null, .object([])] && value?["z"] == nil)
    }

    @Test(arguments: ["", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "\"\\u12\"", "\"\\ud800\"", "tru", "1 2", "nan", "\"x"])
    func `what is no JSON is none`(text: String) {
        #expect(json(text) == nil)
    }

    @Test func `errors are recognized in XML and JSON`() {
        func fault(_ status: Int, _ body: String, _ headers: CloudHeaders = [:]) -> AWSFault? {
            AWSFault(CloudResponse(status: status, headers: headers, body: Array(body.utf8)))
        }
        #expect(fault(404, "<Error><Code>NoSuchKey</Code><Message>m</Message></Error>") == AWSFault(code: "NoSuchKey", message: "m"))
        #expect(
            fault(400, #"{"__type":"com.amazonaws.glue#EntityNotFoundException","message":"m"}"#)
                == AWSFault(code: "EntityNotFoundException", message: "m"))
        #expect(fault(400, "{}", ["x-amzn-ErrorType": "ThrottlingException:http://x"])?.verdict == .throttled)
        #expect(fault(200, "<ListBucketResult/>") == nil && fault(200, "data") == nil && fault(200, "") == nil)
        #expect(AWSFault.verdict(CloudResponse(status: 400, body: Array("<Error><Code>RequestTimeout</Code></Error>".utf8))) == .retry)
        #expect(AWSFault.verdict(CloudResponse(status: 412)) == .accept)
    }

    @Test func `times are read and written`() {
        #expect(CloudTime.basic(1_440_938_160) == "20150830T123600Z" && CloudTime.basic(0) == "19700101T000000Z")
        #expect(CloudTime.parseISO("2015-08-30T12:36:00Z") == 1_440_938_160_000_000)
        #expect(CloudTime.parseISO("2015-08-30T14:36:00.25+02:00") == 1_440_938_160_250_000)
        #expect(CloudTime.parseISO("yesterday") == nil && CloudTime.parseISO("2015-13-30T12:36:00Z") == nil)
        #expect(CloudTime.parseHTTPDate("Sun, 30 Aug 2015 12:36:00 GMT") == 1_440_938_160 && CloudTime.parseHTTPDate("x") == nil)
    }

    @Test func `URLs are taken apart and put together`() throws {
        let url = try CloudURL("HTTPS://Example.com:8443/a b/c%20d?x=ü&y#z")
        #expect(url.text == "https://example.com:8443/a%20b/c%20d?x=%C3%BC&y" && url.authority == "example.com:8443")
        #expect(try CloudURL("http://[::1]:80").text == "http://[::1]/")
        var base = try CloudURL("http://h/p")
        base.append(path: "a b/ü+=")
        base.add("k", "a&b")
        #expect(base.text == "http://h/p/a%20b/%C3%BC%2B%3D?k=a%26b")
        #expect(base.resolving("/other?q")?.text == "http://h/other?q" && base.resolving("x")?.text == "http://h/p/a%20b/x")
        for bad in ["ftp://x", "x", "http://", "http://h:99999/", "http://u:p@h/", "http://a b/"] {
            #expect(throws: SQLError.self) { try CloudURL(bad) }
        }
    }
}
