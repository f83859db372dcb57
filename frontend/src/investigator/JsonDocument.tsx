/** A long document that scrolls in its own frame, by keyboard too. */
export function JsonDocument({ value }: { value: unknown }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
    <pre className="document" tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
