// Messages of clients: what is right is understood, what is not is refused with PostgreSQL's code.

import LodeCore
import Testing

@testable import LodeServer

@Suite struct FrontendMessageTests {
    private static func decode(_ type: Character, _ body: [UInt8]) throws -> FrontendMessage {
        try FrontendMessage(type: type.asciiValue ?? 0, body: body)
    }

    private static func state(_ type: Character, _ body: [UInt8]) -> SQLState? {
        do throws(SQLError) {
            _ = try FrontendMessage(type: type.asciiValue ?? 0, body: body)
            return nil
        } catch {
            return error.state
        }
    }

    private static func z(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

    @Test func `a query is its text`() throws {
        #expect(try Self.decode("Q", Self.z("select 'ä'")) == .query("select 'ä'"))
    }

    @Test func `Parse names its parameter types by object id`() throws {
        let body = Self.z("s") + Self.z("select $1") + [0, 2, 0, 0, 0, 23, 0, 0, 0, 0]
        #expect(try Self.decode("P", body) == .parse(ParseMessage(name: "s", query: "select $1", parameterTypes: [23, 0])))
    }

    @Test func `Bind tells NULL from an empty value`() throws {
        let body = Self.z("") + Self.z("s") + [0, 1, 0, 1] + [0, 2, 255, 255, 255, 255, 0, 0, 0, 0] + [0, 0]
        let bind = BindMessage(portal: "", statement: "s", parameterFormats: [1], values: [nil, []], resultFormats: [])
        #expect(try Self.decode("B", body) == .bind(bind))
    }

    @Test(arguments: [("S", NamedObject.statement("x")), ("P", NamedObject.portal("x"))])
    func `Describe and Close name a statement or a portal`(kind: String, object: NamedObject) throws {
        #expect(try Self.decode("D", Array(kind.utf8) + Self.z("x")) == .describe(object))
        #expect(try Self.decode("C", Array(kind.utf8) + Self.z("x")) == .close(object))
        #expect(Self.state("D", Self.z("Qx")) == .protocolViolation)
    }

    @Test func `counts that go past the end are refused before anything is allocated`() {
        #expect(Self.state("B", Self.z("") + Self.z("") + [255, 255]) == .protocolViolation)
        #expect(Self.state("B", Self.z("") + Self.z("") + [0, 0, 0, 1, 255, 255, 255, 254, 0, 0]) == .protocolViolation)
        #expect(Self.state("P", Self.z("") + Self.z("") + [0, 9]) == .protocolViolation)
    }

    @Test func `what follows the last field is refused`() {
        #expect(Self.state("Q", Self.z("select 1") + [1]) == .protocolViolation)
        #expect(Self.state("S", [0]) == .protocolViolation)
        #expect(Self.state("E", Self.z("") + [0, 0, 0, 0, 0]) == .protocolViolation)
    }

    @Test func `a string without an end is refused`() {
        #expect(Self.state("Q", Array("select 1".utf8)) == .protocolViolation)
        #expect(Self.state("P", Array("abc".utf8)) == .protocolViolation)
    }

    @Test func `text that is not UTF-8 is refused by its bytes`() {
        do throws(SQLError) {
            _ = try FrontendMessage(type: UInt8(ascii: "Q"), body: Array("select '".utf8) + [0xe5, 0x90, 0x27, 0])
            Issue.record("accepted")
        } catch {
            #expect(error.state == .characterNotInRepertoire)
            #expect(error.message == "invalid byte sequence for encoding \"UTF8\": 0xe5 0x90 0x27")
        }
    }

    @Test func `unknown types are refused`() {
        #expect(Self.state("!", []) == .protocolViolation)
        #expect(Self.state("Z", [73]) == .protocolViolation)
    }
}
