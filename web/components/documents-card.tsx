import type { EvidencePack } from '../../domain/evidence.ts';
import { Icon } from './icon.tsx';
import { Card, Digest } from './parts.tsx';
import { describeDocument } from '../words/names.ts';
import { formatBytes } from '../words/numbers.ts';

/** The documents of the evidence, to be read. */
export function Documents({ pack, href }: { pack: EvidencePack; href: (digest: string) => string }) {
  return (
    <Card title="Documents" id="documents" flush>
      {pack.documents.length === 0 ? (
        <p class="text-muted-foreground px-4 py-4">No document came with this version.</p>
      ) : (
        <ul class="divide-y">
          {pack.documents.map((document) => (
            <li class="flex items-center gap-2.5 px-4 py-2.5">
              <Icon name="file-text" class="text-muted-foreground size-4" />
              <a class="link min-w-0 font-medium break-words" href={href(document.digest)}>
                {describeDocument(document.kind)}
              </a>
              <span class="text-muted-foreground ms-auto flex flex-wrap justify-end gap-x-3 text-xs">
                {document.bytes !== null && <span class="num">{formatBytes(document.bytes)}</span>}
                <Digest digest={document.digest} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
