import { raw } from 'hono/html';
import { Breadcrumbs, DigestBadge } from '../components/parts.tsx';
import { renderMarkdown } from '../render-document.ts';
import type { DocumentText } from '../services.ts';
import { describeDocument } from '../words/names.ts';

interface DocumentPageProps {
  document: DocumentText;
  digest: string;
  version: { model: string; version: string };
  back: { label: string; href: string };
}

/** A document of the evidence, as it was when the evidence was computed. */
export function DocumentPage({ document, digest, version, back }: DocumentPageProps) {
  const isMarkdown = /markdown/.test(document.mediaType);
  return (
    <article class="mx-auto max-w-[46rem] space-y-5">
      <div class="space-y-2">
        <Breadcrumbs trail={[back, { label: describeDocument(document.kind) }]} />
        <h1 class="text-2xl font-semibold tracking-tight">{describeDocument(document.kind)}</h1>
        <p class="text-muted-foreground break-all">
          {version.model}, version {version.version}
        </p>
        <DigestBadge digest={digest} label="document" />
      </div>
      <div class="card px-5 py-5 sm:px-8 sm:py-7">
        {isMarkdown ? (
          <div class="prose">{raw(renderMarkdown(document.text))}</div>
        ) : (
          <pre class="font-mono text-[0.8125rem] leading-relaxed break-words whitespace-pre-wrap">{document.text}</pre>
        )}
      </div>
    </article>
  );
}
