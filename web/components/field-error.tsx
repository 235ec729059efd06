import { Icon } from './icon.tsx';

/** What is wrong with a field, below it. */
export function FieldError({ id, message }: { id: string; message: string | undefined }) {
  if (!message) return <></>;
  return (
    <p class="text-fail flex items-start gap-1.5 pt-1 text-[0.8125rem]" id={id}>
      <Icon name="circle-alert" class="mt-[3px] size-3.5" />
      {message}
    </p>
  );
}
