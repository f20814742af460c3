/// to_char and to_date: values to and from text by PostgreSQL's template patterns.

import LodeCore
import LodeVectors

extension ScalarFunction {
    static let templates: [ScalarFunction] = [
        ScalarFunction(
            "to_char", "text", "A date, timestamp, interval or number as text by a template of patterns; NULL for an infinite time.",
            source: "PostgreSQL 17, 9.8",
            examples: [
                ("to_char(timestamp '2024-02-29 12:34:56', 'DD Mon YYYY HH24:MI')", "29 Feb 2024 12:34"),
                ("to_char(interval '25 hours 3 minutes', 'HH24:MI')", "25:03"), ("to_char(1234.5, 'FM9,999.00')", "1,234.50"),
                ("to_char(-7, 'FM99PR')", "<7>"), ("to_char(0.00012::double, '9.9EEEE')", " 1.2e-04"),
            ],
            TemplateKernels.write(.date), TemplateKernels.write(.timestamp), TemplateKernels.write(.timestamptz),
            TemplateKernels.write(.timestampNanos), TemplateKernels.write(.timestamptzNanos), TemplateKernels.writeInterval,
            TemplateKernels.writeNumber(.bigint), TemplateKernels.writeNumber(.double),
            .generic([.anyDecimal, .text]) { (types) throws(SQLError) in TemplateKernels.number(types[0]) }),
        ScalarFunction(
            "to_date", "date and time", "A date read by a template of patterns.", source: "PostgreSQL 17, 9.8",
            examples: [("to_date('05 Dec 2000', 'DD Mon YYYY')", "2000-12-05"), ("to_date('2024-W09', 'IYYY-\"W\"IW')", "2024-02-26")],
            TemplateKernels.read(.date)),
    ]
}

enum TemplateKernels {
    /// The template of each row: compiled anew only when it differs from the one before.
    private final class Templates<Template> {
        private let call: StrictCall
        private let compile: (String) throws(SQLError) -> Template
        private var known: (text: StringView, template: Template)?

        init(_ call: StrictCall, _ compile: @escaping (String) throws(SQLError) -> Template) {
            self.call = call
            self.compile = compile
        }

        func get(_ row: Int) throws(SQLError) -> Template {
            let text = call.text(1, row)
            if let known, known.text == text { return known.template }
            let template = try compile(text.string)
            known = (text, template)
            return template
        }
    }

    private static func dates(_ call: StrictCall) -> Templates<DateTemplate> {
        Templates(call) { (text) throws(SQLError) in try DateTemplate(text) }
    }

    static func write(_ type: SQLType) -> ScalarOverload {
        .strict([type, .varchar], .varchar, canFail: true) { call throws(SQLError) in
            let templates = dates(call)
            let zone = try TimeZoneRules.named(type.isZoned ? call.context.timeZone : "UTC")
            let sink = try ByteSink(capacity: 64)
            return try call.mapOptionalText { (row, arena) throws(SQLError) in
                let template = try templates.get(row)
                if template.parts.isEmpty { return nil }
                var time: TemplateTime
                if type == .date {
                    let day = call.lanes(0, Int32.self)[row]
                    if CivilDate.isInfinite(day: day) { return nil }
                    time = TemplateTime(days: Int64(day), clock: 0)
                } else {
                    let stamp = call.lanes(0, Int64.self)[row]
                    if CivilDate.isInfinite(stamp) { return nil }
                    let (micros, rest) = type.inMicros == nil ? (stamp, 0) : Nanoseconds.split(stamp)
                    let shown = type.isZoned ? (zone.offsetSeconds(atUTC: micros), zone.abbreviation(atUTC: micros)) : nil
                    time = TemplateTime(micros: try zone.local(fromUTC: micros), zone: shown)
                    time.nanos = rest
                }
                sink.truncate()
                try template.append(time, to: sink)
                return try arena.add(sink.bytes)
            }
        }
    }

    static let writeInterval = ScalarOverload.strict([.interval, .varchar], .varchar, canFail: true) { call throws(SQLError) in
        let templates = dates(call), intervals = call.lanes(0, Interval.self)
        let sink = try ByteSink(capacity: 64)
        return try call.mapText { (row, arena) throws(SQLError) in
            sink.truncate()
            try templates.get(row).append(TemplateTime(intervals[row]), to: sink)
            return try arena.add(sink.bytes)
        }
    }

    static func writeNumber(_ type: SQLType) -> ScalarOverload {
        ScalarOverload(Signature([.exact(type), .text])) { (_) throws(SQLError) in number(type) }
    }

    static func number(_ type: SQLType) -> BoundScalar {
        .strict([type, .varchar], .varchar, canFail: true) { call throws(SQLError) in
            let templates = Templates(call) { (text) throws(SQLError) in try NumberTemplate(text) }
            return try call.mapText { (row, arena) throws(SQLError) in
                let number: TemplateNumber
                switch type {
                case .double: number = .double(call.lanes(0, Double.self)[row])
                case .decimal(_, let scale): number = .decimal(call.decimals(0)[row], scale: scale)
                default: number = .decimal(Int128(call.lanes(0, Int64.self)[row]), scale: 0)
                }
                return try arena.add(try templates.get(row).text(number))
            }
        }
    }

    static func read(_ type: SQLType) -> ScalarOverload {
        .strict([.varchar, .varchar], type, canFail: true) { call throws(SQLError) in
            let templates = dates(call), texts = call.texts(0)
            let zone = try TimeZoneRules.named(type == .timestamptz ? call.context.timeZone : "UTC")
            func read(_ row: Int) throws(SQLError) -> Int64 {
                let reading = try templates.get(row).read(texts[row].withBytes { [UInt8]($0) })
                guard type == .timestamptz, let offset = reading.offsetSeconds else { return try zone.utc(fromLocal: reading.micros) }
                return reading.micros &- Int64(offset) &* 1_000_000
            }
            if type == .date {
                return try call.mapValid(Int32(0), to: type) { (row) throws(SQLError) in CalendarArithmetic.date(ofMicros: try read(row)) }
            }
            return try call.mapValid(Int64(0), to: type) { (row) throws(SQLError) in try read(row) }
        }
    }
}
