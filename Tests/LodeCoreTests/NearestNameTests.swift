// "Did you mean …".

import LodeCore
import Testing

@Suite struct NearestNameTests {
    private let columns = ["order_id", "user_id", "total_amount", "Straße"]

    @Test func `a misspelt name finds its neighbour`() {
        #expect(NearestName.find("total_amunt", among: columns) == "total_amount")
        #expect(NearestName.find("ORDER_DI", among: columns) == "order_id")
        #expect(NearestName.find("strasse", among: columns) == "Straße")
    }

    @Test func `what is too far away is not proposed`() {
        #expect(NearestName.find("xyz", among: columns) == nil)
        #expect(NearestName.find("", among: columns) == nil)
        #expect(NearestName.find("id", among: []) == nil)
    }

    @Test func `the nearest of several wins, the first of equals`() {
        #expect(NearestName.find("user_ix", among: ["user_idx", "user_id", "user_if"]) == "user_idx")
        #expect(NearestName.find("ab", among: ["ax", "xb"]) == "ax")
    }

    @Test func `names of any length are bounded work`() {
        let long = String(repeating: "a", count: 100_000)
        #expect(NearestName.find(long, among: [long + "b"]) == long + "b")
    }
}
