// Theme and contrast of the document follow the settings.
import type { SettingsModel } from '../state/types';

function setAttribute(name: string, value: string | undefined): void {
  if (value === undefined) document.documentElement.removeAttribute(name);
  else document.documentElement.setAttribute(name, value);
}

/** Applies the settings now and whenever they change; the result ends it. */
export function followAppearance(settings: SettingsModel): () => void {
  const stops = [
    settings.value('theme').subscribe((theme) => setAttribute('data-theme', theme === 'system' ? undefined : theme)),
    settings.value('contrast').subscribe((contrast) => setAttribute('data-contrast', contrast === 'system' ? undefined : contrast)),
  ];
  return () => stops.forEach((stop) => stop());
}
