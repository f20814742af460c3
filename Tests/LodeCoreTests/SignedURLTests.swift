// What a signed URL shows of itself.

import LodeCore
import Testing

@Suite struct SignedURLTests {
    @Test(arguments: [
        ("https://h/x.csv?X-Amz-Expires=60&X-Amz-Signature=abc123&a=1", "https://h/x.csv?X-Amz-Expires=60&X-Amz-Signature=…&a=1"),
        ("could not open \"https://h/x?Signature=a%2Fb\": no", "could not open \"https://h/x?Signature=…\": no"),
        ("https://h/x?x-amz-security-token=T&sig=S", "https://h/x?x-amz-security-token=…&sig=…"),
    ])
    func `signatures and tokens are hidden`(text: String, shown: String) {
        #expect(SignedURL.hidden(in: text) == shown)
        #expect(SQLError(.ioError, text, in: text, detail: text, hint: text).description.contains("abc123") == false)
        #expect(SQLError(.ioError, text).message == shown)
    }

    @Test(arguments: ["", "a = b", "https://h/x?signed=1&significant=2", "?signature", "x&signature", "where a = ? and b = &"])
    func `other texts stay as they are`(text: String) { #expect(SignedURL.hidden(in: text) == text) }
}
