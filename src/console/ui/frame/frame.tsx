/** The frame of every page: navigation, state of the connection, language, colours, and who is signed in. Nobody signed in: the form. */
import { Anchor, AppShell, Burger, Center, Group, Loader, NavLink, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { sessionQuery } from "../../api/session.ts";
import { ProblemAlert } from "../faults.tsx";
import { PLACES, usePlaceNames } from "../places.tsx";
import { words } from "../words.ts";
import { Connection } from "./connection.tsx";
import { LiveProvider } from "./live.tsx";
import { LookMenu } from "./look-menu.tsx";
import { PausedBanner } from "./paused-banner.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { SignInPage } from "./sign-in-page.tsx";
import { StopButton } from "./stop-button.tsx";

const useT = words({
  en: { menu: "Menu", places: "Pages", skip: "Skip to the page" },
  zh: { menu: "菜单", places: "页面", skip: "跳到正文" },
});

export function Frame() {
  const session = useQuery(sessionQuery);
  if (session.isPending)
    return (
      <Center h="100vh">
        <Loader aria-label="…" />
      </Center>
    );
  // A later question that fails does not take the page, and what is being written on it, away.
  if (session.data === undefined)
    return (
      <Center h="100vh" p="md">
        <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  if (session.data === null) return <SignInPage />;
  return (
    <LiveProvider>
      <Inside />
    </LiveProvider>
  );
}

/** The address stays as it is, and with it the words that are searched for on the page. */
const skip = () => document.getElementById("page")?.focus();

function Inside() {
  const t = useT();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu of a narrow screen closes when the page changes
  useEffect(close, [pathname]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <Anchor className="skip" component="button" type="button" onClick={skip}>
        {t("skip")}
      </Anchor>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t("menu")} />
            <Text fw={700} component={Link} to="/" c="inherit" td="none">
              Dunlin
            </Text>
            <Connection />
          </Group>
          <Group gap={4} wrap="nowrap">
            <StopButton />
            <LookMenu />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("places")}>
        <Places pathname={pathname} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <PausedBanner />
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Places({ pathname }: { readonly pathname: string }) {
  const name = usePlaceNames();
  return (
    <Stack gap={2}>
      {PLACES.map((place) => {
        const active =
          place.to === "/" ? pathname === "/" : pathname === place.to || pathname.startsWith(`${place.to}/`);
        return (
          <NavLink
            key={place.to}
            component={Link}
            to={place.to}
            label={name(place.name)}
            leftSection={<place.Icon size={18} stroke={1.7} />}
            active={active}
            variant="filled"
            {...(active ? { "aria-current": "page" as const } : {})}
          />
        );
      })}
    </Stack>
  );
}
