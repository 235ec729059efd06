// Renders Slack's blocks as its clients do, for the demo: the very blocks that were sent, nothing added.
import type { Child } from 'hono/jsx';
import { Time } from './time.tsx';

/** What we read of any block; what Slack's rules allow was checked before it came here. */
export interface SlackBlock {
  type: string;
  block_id?: string;
  text?: SlackText;
  fields?: SlackText[];
  elements?: (SlackText | SlackElement)[];
  accessory?: SlackElement;
  label?: SlackText;
  hint?: SlackText;
  optional?: boolean;
  element?: SlackElement;
  image_url?: string;
  alt_text?: string;
}
export interface SlackText {
  type: string;
  text: string;
}
export interface SlackElement {
  type: string;
  action_id: string;
  text?: SlackText;
  url?: string;
  style?: string;
  value?: string;
  multiline?: boolean;
  max_length?: number;
  placeholder?: SlackText;
  options?: { text: SlackText; value: string }[];
}

/** What a button of these blocks is posted with. */
export interface PressForm {
  action: string;
  hidden: Record<string, string>;
}

export function SlackBlocks({ blocks, press }: { blocks: readonly SlackBlock[]; press: PressForm }) {
  return (
    <div class="space-y-2">
      {blocks.map((block, index) => (
        <Block block={block} index={index} press={press} />
      ))}
    </div>
  );
}

function Block({ block, index, press }: { block: SlackBlock; index: number; press: PressForm }) {
  switch (block.type) {
    case 'header':
      return <p class="text-lg leading-snug font-bold break-words">{block.text?.text}</p>;
    case 'divider':
      return <hr class="border-border" />;
    case 'section':
      return (
        <div class="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
          {block.text && (
            <div class="min-w-0 flex-1 basis-60">
              <Words text={block.text} />
            </div>
          )}
          {block.fields && (
            <div class="grid gap-2 sm:grid-cols-2">
              {block.fields.map((field) => (
                <Words text={field} />
              ))}
            </div>
          )}
          {block.accessory && <Button element={block.accessory} at={[index, 0]} press={press} />}
        </div>
      );
    case 'context':
      return (
        <div class="text-muted-foreground space-y-0.5 text-[0.8125rem]">
          {(block.elements as SlackText[]).map((text) => (
            <Words text={text} />
          ))}
        </div>
      );
    case 'actions':
      return (
        <div class="flex flex-wrap gap-2 pt-1">
          {(block.elements as SlackElement[]).map((element, at) => (
            <Button element={element} at={[index, at]} press={press} />
          ))}
        </div>
      );
    case 'image':
      return <img src={block.image_url} alt={block.alt_text ?? ''} class="max-w-full rounded-md border" />;
    default:
      return <></>;
  }
}

const buttonLooks: Record<string, string> = {
  primary: 'bg-[#007a5a] text-white border-[#007a5a] hover:bg-[#005f46]',
  danger: 'bg-[#d92d20] text-white border-[#d92d20] hover:bg-[#b32318]',
};
const buttonClass = (style: string | undefined) =>
  `inline-flex min-h-9 cursor-pointer items-center rounded-md border px-3 py-1 text-[0.9375rem] font-bold ${buttonLooks[style ?? ''] ?? 'border-input bg-card hover:bg-muted'}`;

function Button({
  element,
  at: [block, index],
  press,
}: {
  element: SlackElement;
  at: [number, number];
  press: PressForm;
}) {
  if (element.url !== undefined)
    return (
      <a href={element.url} class={buttonClass(element.style)} target="_blank" rel="noopener">
        {element.text?.text}
        <span class="sr-only"> (opens a page)</span>
      </a>
    );
  return (
    <form method="post" action={press.action}>
      {Object.entries({ ...press.hidden, block: String(block), element: String(index) }).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <button class={buttonClass(element.style)}>{element.text?.text}</button>
    </form>
  );
}

/** A text object: plain as it is, or in Slack's notation. */
export function Words({ text }: { text: SlackText }) {
  return (
    <p class="leading-relaxed break-words whitespace-pre-wrap" dir="auto">
      {text.type === 'mrkdwn' ? notation(text.text) : text.text}
    </p>
  );
}

const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const tokens = /<([^<>]+)>|\*([^*\n]+)\*|`([^`\n]+)`|(?<![\p{L}\p{N}])_([^_\n]+)_(?![\p{L}\p{N}])/gu;

/** Slack's mrkdwn: bold, code, italic, links, dates. */
function notation(text: string): Child[] {
  const parts: Child[] = [];
  let from = 0;
  for (const match of text.matchAll(tokens)) {
    parts.push(unescaped(text.slice(from, match.index)));
    const [whole, angled, strong, code, italic] = match;
    if (angled !== undefined) parts.push(angle(angled));
    else if (strong !== undefined) parts.push(<strong>{notation(strong)}</strong>);
    else if (code !== undefined)
      parts.push(<code class="bg-muted text-fail rounded px-1 font-mono text-[0.8125em]">{unescaped(code)}</code>); // prettier-ignore
    else parts.push(<em>{notation(italic ?? '')}</em>);
    from = match.index + whole.length;
  }
  parts.push(unescaped(text.slice(from)));
  return parts;
}

function angle(content: string): Child {
  const date = /^!date\^(\d+)\^[^|]*\|/.exec(content);
  if (date) return <Time at={new Date(Number(date[1]) * 1000).toISOString()} />;
  const [target = '', label] = content.split(/\|(.*)/s);
  if (!/^https?:\/\//.test(target)) return <span class="font-medium">{unescaped(label ?? target)}</span>;
  return (
    <a href={unescaped(target)} class="text-[var(--chart-1)] underline" target="_blank" rel="noopener">
      {unescaped(label ?? target)}
    </a>
  );
}

/** An input of a modal, named by its block. */
export function SlackInput({
  block,
  value,
  error,
  people,
}: {
  block: SlackBlock;
  value: string;
  error: string | undefined;
  people: readonly { userId: string; name: string }[];
}) {
  const id = block.block_id ?? '';
  const { element } = block;
  if (!element) return <></>;
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const common = {
    name: id,
    ...(described === '' ? {} : { 'aria-describedby': described }),
    ...(error === undefined ? {} : { 'aria-invalid': 'true' as const }),
  };
  const options =
    element.type === 'users_select'
      ? people.map(({ userId, name }) => ({ value: userId, label: name }))
      : (element.options ?? []).map((option) => ({ value: option.value, label: option.text.text }));
  const label = (
    <>
      {block.label?.text}
      {block.optional === true && <span class="text-muted-foreground font-normal"> (optional)</span>}
    </>
  );
  const field = () => {
    switch (element.type) {
      case 'static_select':
      case 'users_select':
        return (
          <select class="native-select select w-full" id={id} {...common}>
            <option value="">{element.placeholder?.text ?? 'Choose'}</option>
            {options.map((option) => (
              <option value={option.value} selected={option.value === value}>
                {option.label}
              </option>
            ))}
          </select>
        );
      case 'datepicker':
        return <input class="input" type="date" id={id} value={value} {...common} />;
      case 'number_input':
        return <input class="input" type="text" inputmode="decimal" id={id} value={value} {...common} />;
      default:
        return element.multiline === true ? (
          <textarea class="textarea" rows={3} id={id} {...common}>
            {value}
          </textarea>
        ) : (
          <input class="input" type="text" id={id} value={value} {...common} />
        );
    }
  };
  const below = (
    <>
      {block.hint && (
        <p class="text-muted-foreground text-xs" id={`${id}-hint`}>
          {block.hint.text}
        </p>
      )}
      {error !== undefined && (
        <p class="text-fail text-[0.8125rem]" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </>
  );
  if (element.type === 'radio_buttons')
    return (
      <fieldset class="space-y-1.5">
        <legend class="font-bold">{label}</legend>
        {options.map((option) => (
          <label class="flex items-center gap-2">
            <input type="radio" value={option.value} checked={option.value === value} {...common} />
            {option.label}
          </label>
        ))}
        {below}
      </fieldset>
    );
  return (
    <div class="space-y-1.5">
      <label class="block font-bold" for={id}>
        {label}
      </label>
      {field()}
      {below}
    </div>
  );
}
