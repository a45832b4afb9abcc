/** The addresses of the console, and the page of each. A page is loaded when it is opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { FIRST } from "./first.ts";
import { NotFound, PageFault } from "./ui/faults.tsx";
import { Frame } from "./ui/frame/frame.tsx";
import { DELIVERY_KEYS, ORDER_KEYS, parseSearch, REPORT_KEYS, searchOf, stringifySearch } from "./ui/list/search.ts";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: PageFault });

const today = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(FIRST.today.load, "TodayPage"),
});

const campaigns = createRoute({
  getParentRoute: () => root,
  path: "/campaigns",
  component: lazyRouteComponent(FIRST.campaigns.load, "CampaignsPage"),
});

const campaign = createRoute({
  getParentRoute: () => root,
  path: "/campaigns/$key",
  component: lazyRouteComponent(FIRST.campaign.load, "EditorPage"),
});

const newCampaign = createRoute({
  getParentRoute: () => root,
  path: "/campaigns/new/$key",
  validateSearch: searchOf(["copy"]),
  component: lazyRouteComponent(FIRST.newCampaign.load, "NewCampaignPage"),
});

const orders = createRoute({
  getParentRoute: () => root,
  path: "/orders",
  validateSearch: searchOf(ORDER_KEYS),
  component: lazyRouteComponent(FIRST.orders.load, "OrdersPage"),
});
const order = createRoute({
  getParentRoute: () => root,
  path: "/orders/$shop/$id",
  component: lazyRouteComponent(FIRST.order.load, "OrderPage"),
});

const deliveries = createRoute({
  getParentRoute: () => root,
  path: "/deliveries",
  validateSearch: searchOf(DELIVERY_KEYS),
  component: lazyRouteComponent(FIRST.deliveries.load, "DeliveriesPage"),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: "/reports",
  validateSearch: searchOf(REPORT_KEYS),
  component: lazyRouteComponent(FIRST.reports.load, "ReportsPage"),
});

const rehearsal = createRoute({
  getParentRoute: () => root,
  path: "/rehearsal",
  component: lazyRouteComponent(FIRST.rehearsal.load, "RehearsalPage"),
});

const next = createRoute({
  getParentRoute: () => root,
  path: "/next",
  component: lazyRouteComponent(FIRST.next.load, "NextPage"),
});

const followUp = createRoute({
  getParentRoute: () => root,
  path: "/follow-up",
  component: lazyRouteComponent(FIRST.followUp.load, "FollowUpPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings/{-$tab}",
  component: lazyRouteComponent(FIRST.settings.load, "SettingsPage"),
});

export const createPages = () =>
  createRouter({
    routeTree: root.addChildren([
      today,
      campaigns,
      campaign,
      newCampaign,
      orders,
      order,
      deliveries,
      reports,
      rehearsal,
      next,
      followUp,
      settings,
    ]),
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: PageFault,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPages>;
  }
}
