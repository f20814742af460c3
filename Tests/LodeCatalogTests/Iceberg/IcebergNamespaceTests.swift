// Namespaces of several levels as names, and back.

import Testing

@testable import LodeCatalog

@Suite struct IcebergNamespaceTests {
    @Test(arguments: [
        (["web"], "web"), (["web", "raw"], "web.raw"), (["a.b", "c"], "\"a.b\".c"), (["say \"hi\""], "\"say \"\"hi\"\"\""),
        (["a", "b.c", "d"], "a.\"b.c\".d"), (["Web"], "Web"), ([".", "."], "\".\".\".\""), (["ä", "日本"], "ä.日本"),
    ])
    func `levels are one name, and come back`(levels: [String], name: String) {
        #expect(IcebergNamespace(levels).database == name)
        #expect(IcebergNamespace(database: name).levels == levels)
    }

    @Test(arguments: ["\"", "a\"", "\"a", "\"a\"b", "\"\"\"", "a\"b\"c", "\"a\"\"", "..", ""])
    func `any text is some name`(text: String) {
        let namespace = IcebergNamespace(database: text)
        #expect(IcebergNamespace(database: namespace.database) == namespace)
    }

    @Test func `a level without a name is none`() {
        #expect(!IcebergNamespace(database: "").isNameable)
        #expect(!IcebergNamespace(database: "a..b").isNameable)
        #expect(IcebergNamespace(database: "a.b").isNameable)
    }
}
