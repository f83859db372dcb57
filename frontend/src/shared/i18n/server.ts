/** The server writes sentences, too. When a person chooses another language, whoever keeps its answers asks again. */
type Listener = () => Promise<void>;
const listeners = new Set<Listener>();

export function onOtherLanguage(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The server knows of the new language now. */
export async function speaksOtherLanguage(): Promise<void> {
  await Promise.all([...listeners].map((listener) => listener()));
}
