// What a person wrote into an answer, without what they answered to. Line by line and in one pass: the text comes from strangers.

/** `On Tue, 24 Nov 2026, Countersign wrote:` in the words of common clients. */
const introductions =
  /^(On\b.{0,300}\bwrote|Am\b.{0,300}\bschrieb\b.{0,100}|Le\b.{0,300}\ba écrit|El\b.{0,300}\bescribió|Il\b.{0,300}\bha scritto|Em\b.{0,300}\bescreveu|Op\b.{0,300}\bschreef\b.{0,100}) ?:$/;
const opening = /^(On|Am|Le|El|Il|Em|Op)\b/;
const dividers =
  /^(-{2,} ?(Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Forwarded message) ?-{2,}|_{10,}|-{10,})$/i;
const headerLine = /^\*?(From|Von|De|Da|Van)\*?: ?\S/;
const followingHeader = /^\*?(Sent|Gesendet|Envoyé|Enviado|Inviato|Verzonden|Date|Datum|To|An|Subject|Betreff)\*?: ?\S/;
const signature = /^-- ?$/;

const MAXIMUM_LENGTH = 100_000;

/** The reader's own words; empty when there are none. */
export function stripQuotes(text: string): string {
  const lines = text.slice(0, MAXIMUM_LENGTH).split(/\r\n|\r|\n/);
  const own: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.trimEnd();
    const next = lines[i + 1]?.trimEnd() ?? '';
    if (signature.test(line) || dividers.test(line)) break;
    if (isIntroduction(line, next)) break;
    if (headerLine.test(line) && followingHeader.test(next)) break;
    if (line.startsWith('>')) continue;
    own.push(line);
  }
  return own
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Some clients break the introduction over two lines. */
function isIntroduction(line: string, next: string): boolean {
  if (!opening.test(line)) return false;
  return introductions.test(line.slice(0, 500)) || introductions.test(`${line} ${next}`.slice(0, 500));
}
