// Bytes into messages, however they arrive.

import LodeCore
import Testing

@testable import LodeServer

@Suite struct MessageFramerTests {
    private static let query: [UInt8] = [0x51, 0, 0, 0, 6, 0x61, 0]

    private static func framer(_ phase: MessageFramer.Phase, _ bytes: [UInt8]) -> MessageFramer {
        var framer = MessageFramer()
        framer.phase = phase
        framer.append(bytes)
        return framer
    }

    private static func state(_ phase: MessageFramer.Phase, _ bytes: [UInt8]) -> SQLState? {
        var framer = framer(phase, bytes)
        do throws(SQLError) {
            _ = try framer.next()
            return nil
        } catch {
            return error.state
        }
    }

    @Test func `a message may come byte by byte, and several at once`() throws {
        var framer = Self.framer(.ready, [])
        for byte in Self.query.dropLast() {
            framer.append([byte])
            #expect(try framer.next() == nil)
        }
        framer.append([0] + Self.query)
        #expect(try framer.next() == .message(type: 0x51, body: [0x61, 0]))
        #expect(try framer.next() == .message(type: 0x51, body: [0x61, 0]))
        #expect(try framer.next() == nil && framer.held == 0)
    }

    @Test func `start-up messages have no type`() throws {
        var framer = Self.framer(.startup, [0, 0, 0, 8, 4, 210, 22, 47])
        #expect(try framer.next() == .startup([4, 210, 22, 47]))
    }

    @Test(arguments: [[0, 0, 0, 0], [0, 0, 0, 7], [255, 255, 255, 255], [127, 255, 255, 255], [0, 0, 0x27, 0x11]] as [[UInt8]])
    func `lengths of start-up messages are bounded`(length: [UInt8]) {
        #expect(Self.state(.startup, length) == .protocolViolation)
    }

    @Test func `lengths are refused before anything is waited for`() {
        #expect(Self.state(.ready, [0x51, 0, 0, 0, 3]) == .protocolViolation)
        #expect(Self.state(.ready, [0x51, 255, 255, 255, 255]) == .protocolViolation)
        #expect(Self.state(.ready, [0x51, 127, 255, 255, 255]) == .protocolViolation)
        #expect(Self.state(.ready, [0x53, 0, 0, 0x40, 0]) == .protocolViolation)
        #expect(Self.state(.authentication, [0x70, 0, 2, 0, 0]) == .protocolViolation)
    }

    @Test func `a type that does not belong here is refused at once`() {
        #expect(Self.state(.ready, [0x21]) == .protocolViolation)
        #expect(Self.state(.ready, [0]) == .protocolViolation)
        #expect(Self.state(.ready, [0x70]) == .protocolViolation)
        #expect(Self.state(.authentication, [0x51]) == .protocolViolation)
    }
}
