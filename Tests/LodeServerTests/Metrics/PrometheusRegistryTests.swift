// The text that Prometheus reads.

import CoreMetrics
import Testing

@testable import LodeServer

@Suite struct PrometheusRegistryTests {
    @Test func `counters and gauges have a line for each set of labels`() {
        let registry = PrometheusRegistry()
        registry.describe("requests_total", "Requests,\nby \"kind\".")
        Counter(label: "requests_total", dimensions: [("kind", "a\"\\\n")], factory: registry).increment(by: 3)
        Counter(label: "requests_total", dimensions: [("kind", "b")], factory: registry).increment()
        Counter(label: "requests_total", dimensions: [("kind", "b")], factory: registry).increment()
        Gauge(label: "1st.size-now", factory: registry).record(1.5)
        #expect(
            registry.text == """
                # TYPE _1st_size_now gauge
                _1st_size_now 1.5
                # HELP requests_total Requests,\\nby "kind".
                # TYPE requests_total counter
                requests_total{kind="a\\"\\\\\\n"} 3
                requests_total{kind="b"} 2

                """)
    }

    @Test func `a timer is a histogram in seconds, whose buckets add up`() {
        let registry = PrometheusRegistry()
        let timer = CoreMetrics.Timer(label: "took_seconds", dimensions: [("a", "x")], factory: registry)
        for nanoseconds in [1_000_000, 1_000_001, 3_000_000_000, 1_000_000_000_000] { timer.recordNanoseconds(Int64(nanoseconds)) }
        let lines = registry.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "# TYPE took_seconds histogram")
        #expect(lines.contains("took_seconds_bucket{a=\"x\",le=\"0.001\"} 1"))
        #expect(lines.contains("took_seconds_bucket{a=\"x\",le=\"0.0025\"} 2"))
        #expect(lines.contains("took_seconds_bucket{a=\"x\",le=\"5\"} 3"))
        #expect(lines.suffix(3) == [
            "took_seconds_bucket{a=\"x\",le=\"+Inf\"} 4", "took_seconds_sum{a=\"x\"} 1003.002000001", "took_seconds_count{a=\"x\"} 4",
        ])
    }

    @Test func `a name keeps its kind`() {
        let registry = PrometheusRegistry()
        Counter(label: "x", factory: registry).increment(by: 5)
        Gauge(label: "x", factory: registry).record(7)
        #expect(registry.text == "# TYPE x counter\nx 5\n")
    }

    @Test func `what is destroyed is shown no more`() {
        let registry = PrometheusRegistry()
        let counter = Counter(label: "x", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(registry.text == "")
    }
}
