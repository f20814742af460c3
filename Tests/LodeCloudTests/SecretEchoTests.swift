// What a service says of what it was sent.

import CloudDouble
import LodeCloud
import LodeCore
import Testing

@Suite struct SecretEchoTests {
    @Test func `secrets that an answer repeats are hidden in it`() throws {
        let double = try CloudDouble { request in
            DoubleAnswer(403, text: "You sent \(request.header("Authorization") ?? "") and \(request.header("x-amz-security-token") ?? "")")
        }
        var request = CloudRequest(.get, try CloudURL(double.url + "/x"))
        request.headers["Authorization"] = "Bearer hush-hush-hush"
        request.headers["x-amz-security-token"] = "token-of-a-session"
        let response = try CloudClient(CloudEnvironment(variables: [:])).send(request)
        #expect(response.status == 403 && response.text == "You sent *** and ***")
    }
}
