// The mail as HTML for clients of every age: tables, styles inline, nothing fetched. What a client with a dark side wants stands in one style sheet,
// and a client that drops it still shows dark text on white.
import { raw } from 'hono/html';
import type { PropsWithChildren } from 'hono/jsx';
import type { Block, FindingLine, MailContent, Mark } from './mail-content.ts';

const font = "font-family:Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const mono = "font-family:'JetBrains Mono',ui-monospace,Menlo,Consolas,monospace;";
const ink = 'color:#18181b;';
const muted = 'color:#52525b;';
const hairline = '#e4e4e7';

const markLook: Record<Mark, { colour: string; sign: string }> = {
  fail: { colour: '#b91c1c', sign: '●' },
  warn: { colour: '#a16207', sign: '▲' },
  pass: { colour: '#15803d', sign: '✓' },
  none: { colour: '#52525b', sign: '–' },
};

const sheet = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
a { text-decoration-thickness: 1px; text-underline-offset: 2px; }
@media (max-width: 480px) {
  .outer { padding: 0 !important; }
  .card { border-left: 0 !important; border-right: 0 !important; border-radius: 0 !important; }
  .cell { padding-left: 16px !important; padding-right: 16px !important; }
  .measure { display: block !important; width: auto !important; text-align: left !important; padding-top: 4px !important; }
  .measured { display: block !important; }
  .button { display: block !important; text-align: center !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background-color: #09090b !important; }
  .card { background-color: #18181b !important; border-color: #3f3f46 !important; }
  .ink, .ink a { color: #fafafa !important; }
  .muted, .muted a { color: #a1a1aa !important; }
  .rule { border-color: #3f3f46 !important; }
  .button { background-color: #fafafa !important; color: #18181b !important; }
  .fail { color: #f87171 !important; }
  .warn { color: #facc15 !important; }
  .pass { color: #4ade80 !important; }
  .picture { background-color: #ffffff !important; }
}
`;

/** Throws nothing and fetches nothing; every text is escaped. */
export function renderHtml(content: MailContent): string {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <title>{content.subject}</title>
        <style>{raw(sheet)}</style>
      </head>
      <body class="page" style="margin:0;padding:0;background-color:#f4f4f5;">
        <div style="display:none;max-height:0;overflow:hidden;" aria-hidden="true">
          {content.preview}
        </div>
        <table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border={0} style="background-color:#f4f4f5;">
          <tr>
            <td class="outer" align="center" style="padding:24px 12px;">
              <table
                role="presentation"
                class="card"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border={0}
                style={`max-width:600px;background-color:#ffffff;border:1px solid ${hairline};border-radius:10px;border-collapse:separate;`}
              >
                <tr>
                  <td style="height:12px;line-height:12px;font-size:0;">&nbsp;</td>
                </tr>
                {content.blocks.map((block) => (
                  <BlockRow block={block} />
                ))}
                <tr>
                  <td style="height:12px;line-height:12px;font-size:0;">&nbsp;</td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>
  ); // prettier-ignore
  return `<!doctype html>\n${document.toString()}`;
}

function Row({ children, space = 8 }: PropsWithChildren<{ space?: number }>) {
  return (
    <tr>
      <td class="cell" style={`padding:${space}px 28px;${font}font-size:15px;line-height:1.5;${ink}`}>
        {children}
      </td>
    </tr>
  );
}

const breakable = 'overflow-wrap:anywhere;word-break:break-word;';

function BlockRow({ block }: { block: Block }) {
  switch (block.kind) {
    case 'overline':
      return (
        <Row space={6}>
          <p class="muted" style={`margin:8px 0 0;font-size:13px;${muted}${breakable}`}>
            {block.text}
          </p>
        </Row>
      );
    case 'heading':
      return (
        <Row space={2}>
          <h1 class="ink" style={`margin:0;font-size:22px;line-height:1.3;font-weight:600;${ink}${breakable}`}>
            {block.text}
          </h1>
        </Row>
      );
    case 'paragraph':
      return (
        <Row>
          <p class="ink" style={`margin:0;${ink}${breakable}`}>
            {block.text}
          </p>
        </Row>
      );
    case 'findings':
      return (
        <Row>
          <Title>{block.title}</Title>
          <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border={0} style="table-layout:fixed;">
            {block.items.map((item) => (
              <FindingRow item={item} />
            ))}
          </table>
          {block.more && (
            <p class="muted" style={`margin:8px 0 0;font-size:13px;${muted}`}>
              {block.more}
            </p>
          )}
        </Row>
      ); // prettier-ignore
    case 'facts':
      return (
        <Row>
          <table role="presentation" cellpadding="0" cellspacing="0" border={0} style="width:100%;">
            {block.rows.map(([name, value]) => (
              <tr>
                <td class="muted" width="112" valign="top" style={`width:112px;padding:2px 12px 2px 0;${font}font-size:13px;line-height:1.5;${muted}`}>
                  {name}
                </td>
                <td class="ink" valign="top" style={`padding:2px 0;${font}font-size:14px;line-height:1.45;${ink}${breakable}`}>
                  {value}
                </td>
              </tr>
            ))}
          </table>
        </Row>
      ); // prettier-ignore
    case 'quotes':
      return (
        <Row>
          <Title>{block.title}</Title>
          {block.items.map(({ said, reason }) => (
            <div class="rule" style={`margin:8px 0 0;padding:2px 0 2px 12px;border-left:3px solid ${hairline};`}>
              <p class="ink" style={`margin:0;font-weight:500;font-size:14px;${ink}${breakable}`}>
                {said}
              </p>
              {reason !== null && (
                <p class="muted" style={`margin:2px 0 0;font-size:14px;${muted}${breakable}`}>
                  “{reason}”
                </p>
              )}
            </div>
          ))}
        </Row>
      );
    case 'picture':
      return (
        <Row>
          <Title>{block.title}</Title>
          <img
            class="picture"
            src={`cid:${block.cid}`}
            alt={block.alt}
            width="544"
            style="display:block;width:100%;max-width:544px;height:auto;border:0;border-radius:6px;background-color:#ffffff;"
          />
        </Row>
      );
    case 'button':
      return (
        <Row space={12}>
          <a
            class="button"
            href={block.url}
            style={`display:inline-block;padding:11px 20px;border-radius:8px;background-color:#18181b;color:#fafafa;${font}font-size:15px;font-weight:500;text-decoration:none;`}
          >
            {block.label}
          </a>
          {block.note && (
            <p class="muted" style={`margin:10px 0 0;font-size:13px;${muted}`}>
              {block.note}
            </p>
          )}
        </Row>
      );
    case 'list':
      return (
        <Row>
          <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border={0}>
            {block.items.map(({ text, url }) => (
              <tr>
                <td class="ink rule" style={`padding:9px 0;border-top:1px solid ${hairline};${font}font-size:14px;line-height:1.45;${ink}${breakable}`}>
                  {url === null ? text : (
                    <a href={url} style={ink}>
                      {text}
                    </a>
                  )}
                </td>
              </tr>
            ))}
          </table>
        </Row>
      ); // prettier-ignore
    case 'footnote':
      return (
        <Row space={6}>
          <p class="muted rule" style={`margin:6px 0 0;padding:12px 0 0;border-top:1px solid ${hairline};font-size:12px;line-height:1.55;${muted}${breakable}`}>
            {block.text}
            {block.link && (
              <>
                {' '}
                <a href={block.link.url} style={muted}>
                  {block.link.label}
                </a>
              </>
            )}
          </p>
        </Row>
      ); // prettier-ignore
  }
}

const Title = ({ children }: PropsWithChildren) => (
  <h2 class="ink" style={`margin:4px 0 4px;font-size:14px;line-height:1.4;font-weight:600;${ink}`}>
    {children}
  </h2>
);

function FindingRow({ item }: { item: FindingLine }) {
  const { colour, sign } = markLook[item.mark];
  return (
    <tr>
      <td class="rule measured" valign="top" style={`padding:9px 12px 9px 0;border-top:1px solid ${hairline};${font}font-size:14px;line-height:1.45;${ink}${breakable}`}>
        <span class={item.mark} style={`color:${colour};font-weight:600;font-size:13px;`}>
          <span aria-hidden="true">{sign}</span> {item.word}
        </span>
        <br />
        <span class="ink" style={`font-weight:500;${ink}`}>
          {item.title}
        </span>
        <br />
        <span class="muted" style={muted}>
          {item.message}
        </span>
        {item.measure && (
          <>
            <br />
            <span class="ink" style={`${mono}font-size:12px;${ink}`}>
              {item.measure}
            </span>
          </>
        )}
      </td>
    </tr>
  ); // prettier-ignore
}
