// Random inputs for the decoders of the wire, in the ordinary tests; as many as LODE_FUZZ_INPUTS says, for all targets or the one that
// LODE_FUZZ_TARGET names (Tests/Acceptance/fuzz_wire.py).

import Glibc
import LodeCore
import Testing

@Suite struct WireFuzzTests {
    private static let targets = [
        FuzzTargets.messages, FuzzTargets.scram, FuzzTargets.copyRows, FuzzTargets.copyTexts, FuzzTargets.parameters,
    ]

    private static let chosen = getenv("LODE_FUZZ_TARGET").map { String(cString: $0) }

    private static var inputs: Int { getenv("LODE_FUZZ_INPUTS").flatMap { Int(String(cString: $0)) } ?? 2000 }

    /// What messages and COPY are made of, so that random inputs go deep.
    private static let pieces: [[UInt8]] = [
        Array("PGCOPY\n".utf8) + [0xff, 13, 10, 0] + Array(repeating: 0, count: 8), [0, 3, 0, 0], [4, 0xd2, 0x16, 0x2f],
        Array("user\0lode\0database\0lode\0\0".utf8), Array("n,,n=u,r=abc".utf8), Array("c=biws,r=abcdef,p=AAAA".utf8),
        Array("SCRAM-SHA-256$4096:c2FsdA==$AAAA:BBBB".utf8), Array("{1,NULL,\"a b\"}".utf8), Array("\\N\t\\.\n".utf8),
        Array("\"x, \"\"y\"\"\",\n".utf8), Array("\\x41\\101\r\n".utf8), [0xff, 0xff], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 4], [0, 1], [0],
        Array("QPBDECSHFdcfpX".utf8), Array("-c datestyle=iso\\ x".utf8), [0xc3, 0xa4], [0x80],
    ]

    private static let marks = Array("\"\\,;\t\n\r.N0a{} ".utf8)

    private static func input(_ random: inout FuzzRandom) -> [UInt8] {
        var bytes = [UInt8(truncatingIfNeeded: random.next()), UInt8(truncatingIfNeeded: random.next())]
        for _ in 0..<random.below(12) {
            switch random.below(6) {
            case 0: bytes.append(UInt8(truncatingIfNeeded: random.next()))
            case 1, 2: bytes += pieces[random.below(pieces.count)]
            case 3:
                // A message with its length, or one that is off by a little.
                let body = pieces[random.below(pieces.count)], types = Array("QPBDECSHFdcfpX".utf8)
                let length = body.count + 4 + (random.below(8) == 0 ? random.below(9) - 4 : 0)
                bytes.append(types[random.below(types.count)])
                bytes += [0, 0, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)] + body
            case 4: for _ in 0..<random.below(20) { bytes.append(marks[random.below(marks.count)]) }
            default: if bytes.count > 2 { bytes[2 + random.below(bytes.count - 2)] ^= UInt8(1 << random.below(8)) }
            }
        }
        return bytes
    }

    private static let wanted = targets.indices.filter { chosen == nil || targets[$0].name == chosen }

    @Test(arguments: wanted) func `random inputs break no rule`(index: Int) throws {
        let target = Self.targets[index]
        var random = FuzzRandom(state: UInt64(index) &* 7919 &+ UInt64(Self.inputs))
        for _ in 0..<Self.inputs {
            let input = Self.input(&random)
            do { try input.withUnsafeBytes(target.run) } catch let broken as BrokenRule {
                Issue.record("\(target.name): \(broken): \(input)")
                return
            } catch {}
        }
    }
}
