/** Words of the procedure: why an attribute is treated so, why a file stays here, what an attribute is called. */
import { useQuery } from '@tanstack/react-query';
import { type Language, message, useLanguage, useT } from '../../shared/i18n';

type Said = Readonly<Record<string, { en: string; ja: string }>>;

export interface Procedure {
  version: string;
  reasons: Said;
  verdicts: Said;
  /** Names of public attributes by tag, `00100010`. */
  names: Readonly<Record<string, string>>;
}

/** Loaded with the first folder: nobody else needs it. */
export async function loadProcedure(): Promise<Procedure> {
  const [{ default: procedure }, { default: names }] = await Promise.all([
    import('../deidentify/procedure.json'),
    import('../deidentify/attributes.json'),
  ]);
  return { version: procedure.version, reasons: procedure.reasons, verdicts: procedure.verdicts, names };
}

export function useProcedure(): Procedure | undefined {
  return useQuery({ queryKey: ['procedure'], queryFn: loadProcedure, staleTime: Number.POSITIVE_INFINITY })
    .data;
}

/** The sentence of a code: ours where before sending another is due, else the procedure's, else one with the code. */
export function useSentence(): (code: string) => string {
  const t = useT();
  const lang = useLanguage();
  const procedure = useProcedure();
  return (code) =>
    message(lang, `code.${code}`, '') || procedure?.verdicts[code]?.[lang] || t('keptHere.other', { code });
}

export function reasonIn(procedure: Procedure | undefined, lang: Language, key: string): string {
  return procedure?.reasons[key]?.[lang] ?? key.replaceAll('_', ' ');
}

/** A DICOM keyword as people read it: `SeriesDescription` is Series Description. */
export function spaced(keyword: string): string {
  return keyword
    .replace(/Sequence$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2');
}
