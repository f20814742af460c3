// The shape of an AST as text, without places: what two parses must agree on.
import LodeCore

func shape(_ value: Any) -> String {
    if value is SourceSpan { return "" }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
        return mirror.children.first.map { shape($0.value) } ?? "nil"
    }
    guard !mirror.children.isEmpty else { return "\(value)" }
    let isFlat = mirror.displayStyle == .collection
    let parts = mirror.children.compactMap { child -> String? in
        // Quotes that are not needed do not come back.
        if child.label == "isQuoted" || child.label == "span" || child.label == "spans" { return nil }
        let inner = shape(child.value)
        return isFlat ? inner : "\(child.label ?? ""):\(inner)"
    }
    let name = mirror.displayStyle == .enum ? "" : "\(type(of: value))"
    return "\(name)(\(parts.joined(separator: " ")))"
}
