import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from "@tabler/icons-react";
import { useLocaleChoice } from "../look.tsx";
import { LOCALES, type Locale, words } from "../words.ts";

const useT = words({
  en: {
    open: "Language and colours",
    language: "Language",
    colours: "Colours",
    light: "Light",
    dark: "Dark",
    auto: "As the system",
  },
  zh: { open: "语言与外观", language: "语言", colours: "外观", light: "浅色", dark: "深色", auto: "跟随系统" },
});

const COLOURS = [
  ["light", IconSun],
  ["dark", IconMoon],
  ["auto", IconDeviceDesktop],
] as const;

export function LookMenu() {
  const t = useT();
  const { locale, choose } = useLocaleChoice();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("open")}>
          <IconLanguage size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("language")}</Menu.Label>
        {(Object.keys(LOCALES) as Locale[]).map((each) => (
          <Menu.Item
            key={each}
            lang={each === "zh" ? "zh-CN" : "en"}
            onClick={() => choose(each)}
            rightSection={each === locale ? <IconCheck size={16} /> : null}
          >
            {LOCALES[each]}
          </Menu.Item>
        ))}
        <Menu.Label>{t("colours")}</Menu.Label>
        {COLOURS.map(([scheme, Icon]) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} />}
            onClick={() => setColorScheme(scheme)}
            rightSection={scheme === colorScheme ? <IconCheck size={16} /> : null}
          >
            {t(scheme)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
