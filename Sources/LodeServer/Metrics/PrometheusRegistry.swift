/// Metrics in the memory of the process, and their text for Prometheus.

import CoreMetrics
import LodeCore

/// What `swift-metrics` hands its counters, meters and timers to.
///
/// - Source: Prometheus, "Exposition formats", text format 0.0.4.
package final class PrometheusRegistry: MetricsFactory {
    enum Kind: String { case counter, gauge, histogram }

    /// Values of one name, by their labels.
    private struct Family {
        var kind: Kind
        var series: [String: any PrometheusSeries] = [:]
    }

    /// Upper bounds of a histogram's buckets, in seconds for timers.
    static let buckets: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
    ]

    private let families = Lock<[String: Family]>([:])
    private let help = Lock<[String: String]>([:])

    package init() {}

    /// Says what a metric means.
    package func describe(_ name: String, _ text: String) { help.withLock { $0[name] = text } }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { PrometheusCounter() }
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { PrometheusFloatCounter() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { PrometheusGauge() }
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return series(label, dimensions, .histogram) { PrometheusHistogram() } }
        return series(label, dimensions, .gauge) { PrometheusGauge() }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { PrometheusHistogram() }
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// Says what something that is counted elsewhere has come to.
    func set(counter name: String, to value: Double) { series(name, [], .counter) { PrometheusGauge() }.set(value) }

    /// The series of a name and labels; one that nobody sees if the name has another kind already.
    private func series<S: PrometheusSeries>(_ label: String, _ dimensions: [(String, String)], _ kind: Kind, _ make: () -> S) -> S {
        let name = PrometheusText.name(label), labels = PrometheusText.labels(dimensions)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind)
            guard family.kind == kind else { return make() }
            if let known = family.series[labels] as? S { return known }
            let made = make()
            family.series[labels] = made
            families[name] = family
            return made
        }
    }

    private func remove(_ handler: AnyObject) {
        families.withLock { families in
            families = families.mapValues { family in
                Family(kind: family.kind, series: family.series.filter { $0.value !== handler })
            }
        }
    }

    // MARK: Text

    /// Everything, sorted by name.
    package var text: String {
        let families = families.withLock { $0 }, help = help.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
            if let help = help[name] { text += "# HELP \(name) \(PrometheusText.help(help))\n" }
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) { series.append(name, labels, to: &text) }
        }
        return text
    }
}
