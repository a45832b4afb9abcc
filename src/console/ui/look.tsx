/** Language, colours and the language of the document. */
import { type CSSVariablesResolver, createTheme, MantineProvider, Modal } from "@mantine/core";
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from "react";
import { IntlProvider } from "use-intl/react";
import { firstLocale, type Locale, rememberLocale } from "./words.ts";

const FONTS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

const CLOSE: Readonly<Record<Locale, string>> = { en: "Close the dialog", zh: "关闭窗口" };

const themeOf = (locale: Locale) =>
  createTheme({
    primaryColor: "teal",
    // Dark enough that white text on it and its text on white are read easily (WCAG AA).
    primaryShade: 9,
    fontFamily: FONTS,
    headings: { fontFamily: FONTS, fontWeight: "600" },
    defaultRadius: "md",
    cursorType: "pointer",
    components: { Modal: Modal.extend({ defaultProps: { closeButtonProps: { "aria-label": CLOSE[locale] } } }) },
  });

/** White text on it is read easily, as on the button that the pointer is not on. */
const HOVER = "#066a4c";

/** The library's own are too pale on its backgrounds. */
const variables: CSSVariablesResolver = ({ colors }) => ({
  variables: { "--mantine-color-teal-filled-hover": HOVER, "--mantine-primary-color-filled-hover": HOVER },
  light: {
    "--mantine-color-dimmed": colors.gray[7],
    "--mantine-color-placeholder": colors.gray[7],
    "--mantine-color-error": colors.red[9],
  },
  dark: {
    "--mantine-color-dimmed": colors.dark[1],
    "--mantine-color-placeholder": colors.dark[1],
    "--mantine-color-error": colors.red[4],
  },
});

type LocaleChoice = { readonly locale: Locale; readonly choose: (locale: Locale) => void };
const LocaleContext = createContext<LocaleChoice | null>(null);

export function useLocaleChoice(): LocaleChoice {
  const choice = use(LocaleContext);
  if (choice === null) throw new Error("Look is missing");
  return choice;
}

export function Look({ children }: { readonly children: ReactNode }) {
  const [locale, setLocale] = useState(firstLocale);
  useEffect(() => {
    document.documentElement.lang = locale === "zh" ? "zh-CN" : "en";
  }, [locale]);
  const theme = useMemo(() => themeOf(locale), [locale]);
  const choice = useMemo(
    () => ({
      locale,
      choose: (next: Locale) => {
        rememberLocale(next);
        setLocale(next);
      },
    }),
    [locale],
  );
  return (
    <LocaleContext value={choice}>
      <IntlProvider locale={locale} messages={{}} timeZone="UTC">
        <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={variables}>
          {children}
        </MantineProvider>
      </IntlProvider>
    </LocaleContext>
  );
}
