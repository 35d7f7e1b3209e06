// Whose a client's name is, over the names that large senders' and small servers', rented hosts and lines have.
#include "greylist/organisation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace greylist {
namespace {

sys::Address address(std::string_view text) {
    return sys::Address::parse(text).value();
}

std::string domain(std::string_view name, std::string_view its_address = "198.51.100.77") {
    return organisation_of(name, address(its_address)).domain;
}

Doubt doubt(std::string_view name, std::string_view its_address = "198.51.100.77") {
    return organisation_of(name, address(its_address)).doubt;
}

struct Client {
    std::string_view name;
    std::string_view address;
    std::string_view domain{}; // empty: keyed by its network
};

// As they were seen in mail, or as their owners' pages show them.
const std::vector<Client> servers{
    {"mail-db5eur01on0044.outbound.protection.outlook.com", "104.47.2.44", "outlook.com"},
    {"mail-eopbgr10051.outbound.protection.outlook.com", "40.107.1.51", "outlook.com"},
    {"mail-eopbgr20064.outbound.protection.outlook.com", "40.107.2.64", "outlook.com"},
    {"mail-lf1-f41.google.com", "209.85.167.41", "google.com"},
    {"mail-wr1-x42a.google.com", "2a00:1450:4864:20::42a", "google.com"},
    {"sonic310-20.consmr.mail.ne1.yahoo.com", "66.163.186.201", "yahoo.com"},
    {"e226-12.smtp-out.us-east-2.amazonses.com", "23.251.226.12", "amazonses.com"},
    {"b224-5.smtp-out.eu-central-1.amazonses.com", "69.169.224.5", "amazonses.com"},
    {"o1.sg.crunchbase.com", "167.89.93.77", "crunchbase.com"},
    {"o1678962x117.outbound-mail.sendgrid.net", "167.89.62.117", "sendgrid.net"},
    {"mail17.sea31.mcsv.net", "198.2.182.17", "mcsv.net"},
    {"mail187-10.suw11.mandrillapp.com", "198.2.187.10", "mandrillapp.com"},
    {"sc-ord-mta12.mtasv.net", "50.31.156.12", "mtasv.net"},
    {"mta202a-ord.mtasv.net", "104.245.209.202", "mtasv.net"},
    {"mta7.e.shop.exacttarget.com", "13.111.1.7", "exacttarget.com"},
    {"qs51p00im-qukt01080502.me.com", "17.57.155.5", "me.com"},
    {"fout-a1-smtp.messagingengine.com", "103.168.172.144", "messagingengine.com"},
    {"us-smtp-delivery-124.mimecast.com", "170.10.133.124", "mimecast.com"},
    {"mx0a-00123456.pphosted.com", "148.163.148.1", "pphosted.com"},
    {"outbound-ip46a.ess.barracuda.com", "209.222.82.220", "barracuda.com"},
    {"forward14h.cmail.yandex.net", "87.250.230.156", "yandex.net"},
    {"spring-chicken-bg.twitter.com", "199.16.156.165", "twitter.com"},
    {"mx-out.facebook.com", "66.220.155.140", "facebook.com"},
    {"github-smtp2-ext1.iad.github.net", "192.30.252.192", "github.net"},
    {"out-22.smtp.github.com", "192.30.252.205", "github.com"},
    {"smtp-relay.mailin.fr", "185.41.28.109", "mailin.fr"},
    {"xyz.d.mailin.fr", "77.32.148.20", "mailin.fr"},
    {"smtp6-g21.free.fr", "212.27.42.6", "free.fr"},
    {"smtp-38.smtpout.orange.fr", "80.12.242.38", "orange.fr"},
    {"a1-23.smtp-out.eu-west-1.amazonses.com", "54.240.1.23", "amazonses.com"},
};

// Their owners' servers as well, but their names tell so much of the address that a line's could be the same.
const std::vector<Client> servers_like_lines{
    {"m69-169.mailgun.net", "159.135.69.169"},
    {"mta-70-14-17.sparkpostmail.com", "156.70.14.17"},
    {"66-220-144-142.mail-mail.facebook.com", "66.220.144.142"},
    {"69-171-232-143.mail-mail.facebook.com", "69.171.232.143"},
    {"out203-205-221-191.mail.qq.com", "203.205.221.191"},
};

const std::vector<Client> rented_hosts{
    {"ec2-3-120-1-2.eu-central-1.compute.amazonaws.com", "3.120.1.2"},
    {"ec2-54-1-2-3.compute-1.amazonaws.com", "54.1.2.3"},
    {"2.1.120.34.bc.googleusercontent.com", "34.120.1.2"},
    {"104.238.1.2.vultrusercontent.com", "104.238.1.2"},
    {"myvm.westeurope.cloudapp.azure.com", "20.50.1.2"},
    {"mail.westeurope.cloudapp.azure.com", "20.50.1.2"},
    {"45-33-1-2.ip.linodeusercontent.com", "45.33.1.2"},
    {"178-62-1-2.ipv4.digitalocean.example", "178.62.1.2"},
    {"server-3-160-1-2.fra56.r.cloudfront.net", "3.160.1.2"},
};

const std::vector<Client> lines{
    {"p4fd12345.dip0.t-ipconnect.de", "79.209.35.69"},
    {"cpe-70-112-1-2.austin.res.rr.com", "70.112.1.2"},
    {"pool-71-1-2-3.nycmny.fios.verizon.net", "71.1.2.3"},
    {"host-79-1-2-3.business.telecomitalia.it", "79.1.2.3"},
    {"190.1.2.3.adsl.dynamic.example.br", "190.1.2.3"},
    {"abts-north-dynamic-003.2.1.122.airtelbroadband.in", "122.1.2.3"},
    {"82-64-1-2.subs.proxad.net", "82.64.1.2"},
    {"lfbn-idf1-1-234-56.w86-242.abo.wanadoo.fr", "86.242.1.2"},
    {"2a01cb0012345678.ipv6.abo.wanadoo.fr", "2a01:cb00:1234:5678::1"},
    {"dsl-189-1-2-3-dyn.prod-infinitum.com.mx", "189.1.2.3"},
    {"user-0c8h1a2.cable.mindspring.com", "24.1.2.3"},
    {"5ec1a2b3.skybroadband.com", "94.193.162.179"},
    {"ip5f5a1b2c.dynamic.kabel-deutschland.de", "95.90.27.44"},
    {"x590c1d2e.dyn.telefonica.de", "89.12.29.46"},
    {"broadband-188-32-1-2.ip.moscow.rt.ru", "188.32.1.2"},
    {"customer-201-1-2-3.example.mx", "201.1.2.3"},
    {"modemcable123.45-67-89.mc.videotron.ca", "89.67.45.123"},
    {"unassigned.isp.example", "203.0.113.77"},
    {"home.isp.example", "203.0.113.78"},
};

void expect_each(const std::vector<Client>& clients) {
    for (const Client& client : clients) {
        EXPECT_EQ(domain(client.name, client.address), client.domain) << client.name;
    }
}

TEST(Organisation, IsTheOwnerOfAServersName) {
    expect_each(servers);
}

TEST(Organisation, OfAServerNamedLikeALineThereIsNone) {
    expect_each(servers_like_lines);
}

TEST(Organisation, OfARentedHostThereIsNone) {
    expect_each(rented_hosts);
}

TEST(Organisation, OfALineThereIsNone) {
    expect_each(lines);
}

TEST(Organisation, OfASmallServerIsItsDomainUnlessTheNameIsItsHostersDefault) {
    expect_each({{"mail.example-company.de", "198.51.100.7", "example-company.de"},
                 {"mail.firma.co.at", "203.0.113.9", "firma.co.at"},
                 {"example.net", "203.0.113.9", "example.net"},
                 {"Gateway.Example.NET", "203.0.113.9", "example.net"},
                 {"static.88-198-12-34.clients.your-server.de", "88.198.12.34"},
                 {"static.34.12.198.88.clients.your-server.de", "88.198.12.34"},
                 {"vmi123456.contaboserver.net", "173.212.200.10"},
                 {"ip-51-68-1-2.eu", "51.68.1.2"},
                 {"ns3123456.ip-51-68-1.eu", "51.68.1.2"},
                 {"vps-1a2b3c4d.vps.ovh.net", "51.77.1.2"},
                 {"vps-deadbeef.vps.ovh.net", "51.77.1.2"},
                 {"h2345678.stratoserver.net", "85.214.1.2"},
                 {"v220190112345678901.megasrv.de", "185.1.2.3"},
                 {"host-12345.provider.example", "185.1.2.3"},
                 {"li123-45.members.linode.com", "139.162.123.45"}});
}

TEST(Organisation, IsNoneWhereItWouldNotStandInAKeyAsItIs) {
    const std::string label(63, 'a');
    EXPECT_EQ(domain("mail." + label + '.' + label), label + '.' + label);
    EXPECT_EQ(doubt("mail." + label + "a." + label), Doubt::no_name);
}

TEST(Organisation, NeedsAVerifiedNameThatHasAnOwner) {
    for (const std::string_view name : {"", "unknown", "localhost", "com", "co.uk", "192.0.2.1",
                                        "[192.0.2.1]", "a..example.net", ".example.net", "example.net.",
                                        "mail example.net", "mail.example.net\n", "m\xc3\xbcller.example"}) {
        EXPECT_EQ(doubt(name), Doubt::no_name) << name;
    }
    const std::string label(60, 'a');
    EXPECT_EQ(doubt(label + '.' + label + '.' + label + '.' + label + ".example.net"), Doubt::no_name);
}

TEST(Organisation, UnderAPrivateSuffixIsEachTenantsOwn) {
    EXPECT_EQ(domain("a.github.io"), "a.github.io");
    EXPECT_EQ(domain("mail.mine.dyndns.org"), "mine.dyndns.org");
    EXPECT_EQ(domain("ec2-3-120-1-2.eu-central-1.compute.amazonaws.com", "3.120.1.2"), "");
}

TEST(Organisation, OfAnotherAlphabetIsToldByItsAsciiName) {
    EXPECT_EQ(domain("mx1.xn--e1afmkfd.xn--p1ai"), "xn--e1afmkfd.xn--p1ai");
    EXPECT_EQ(domain("xn--mller-kva.example.net"), "example.net");
    EXPECT_EQ(domain("198-51-100.xn--e1afmkfd.xn--p1ai"), "");
}

TEST(Organisation, IsNoneWhereTheNameTellsTheOwnAddressInAnyForm) {
    for (const std::string_view name :
         {"c6336401.isp.example", "pc6336401x.isp.example", "016433c6.isp.example",
          "198051100001.isp.example", "n001100051198.isp.example", "3325256705.isp.example",
          "a23344070.isp.example", "198.51.100.isp.example", "host198-051-100.isp.example",
          "51-100-1.isp.example", "1x100x51.isp.example", "mail-198-51-100.isp.example",
          "smtp.1.100.51.198.isp.example", "c6-33-64-01.isp.example", "a51-198.isp.example",
          "100-1.isp.example", "198-51-100-1-mx.com"}) {
        EXPECT_EQ(doubt(name, "198.51.100.1"), Doubt::own_address) << name;
    }
    // Of another address, or of two octets where the name is a mail server's.
    for (const std::string_view name :
         {"203-0-113-1.isp.example", "c6336402.isp.example", "mx-51-100.isp.example", "out198-51.isp.example",
          "198-100.isp.example", "a1982511100.isp.example", "119851.mail.isp.example"}) {
        EXPECT_NE(doubt(name, "198.51.100.1"), Doubt::own_address) << name;
    }
}

TEST(Organisation, IsNoneWhereTheNameTellsTheOwnIp6Address) {
    for (const std::string_view name :
         {"20010db8000a000b.isp.example", "x2001-0db8-000a-000b.isp.example",
          "h-2001-db8-a-b--25.isp.example", "p00aa00bb00cc.isp.example", "mail.20010db8000a000b.isp.example",
          "b.0.0.0.a.0.0.0.8.b.d.0.1.0.0.2.isp.example"}) {
        EXPECT_EQ(doubt(name, "2001:db8:a:b::aa:bb:cc"), Doubt::own_address) << name;
    }
    EXPECT_EQ(domain("mail-wr1-x42a.google.com", "2a00:1450:4864:20::42a"), "google.com");
}

TEST(Organisation, IsNoneWhereAPartIsAWordOfLines) {
    for (const std::string_view name :
         {"a.dyn.isp.example", "adsl.isp.example", "cust-7.isp.example", "x.pool4.isp.example",
          "dip0.isp.example", "home.isp.example", "user_3.isp.example", "unassigned.isp.example",
          "rev-ip.isp.example", "mail.dhcp.isp.example", "pppoe.isp.example"}) {
        EXPECT_EQ(doubt(name), Doubt::line) << name;
    }
    for (const std::string_view name : {"accustom.isp.example", "mail.dyn.example", "whirlpool.isp.example",
                                        "about.isp.example", "clippings.isp.example"}) {
        EXPECT_EQ(doubt(name), Doubt::none) << name;
    }
}

TEST(Organisation, IsNoneWhereTheNameIsANumberAndNoMailServers) {
    for (const std::string_view name :
         {"vm12345.hoster.example", "12345.hoster.example", "srv-98765.hoster.example",
          "a.1a2b3c.hoster.example", "x-0badcafe.hoster.example", "vm7.hoster.example",
          "web.cloud.hoster.example", "s0106001122334455.isp.example"}) {
        EXPECT_EQ(doubt(name), Doubt::numbered) << name;
    }
    for (const std::string_view name :
         {"mx12345.example.net", "srv1234.example.net", "qs51p00im-qukt01080502.example.net",
          "facade.example.net", "mail.vm12345.example.net", "outbound-1a2b3c.example.net",
          "servers12345.example.net"}) {
        EXPECT_EQ(doubt(name), Doubt::none) << name;
    }
    // A word within a word is none.
    EXPECT_EQ(doubt("south12.1a2b3c.isp.example"), Doubt::numbered);
}

TEST(Organisation, IsNoneWhereSpfSaysNo) {
    const auto client = address("203.0.113.9");
    for (const std::string_view no : {"fail", "softfail"}) {
        EXPECT_EQ(organisation_of("mail.example.net", client, no).doubt, Doubt::spf);
    }
    for (const std::string_view other : {"", "pass", "neutral", "none", "temperror", "permerror", "Fail!"}) {
        EXPECT_EQ(organisation_of("mail.example.net", client, other).domain, "example.net");
    }
}

TEST(Organisation, StandsInAKeyLikeNoAddress) {
    for (const std::string_view name : {"example.net", "a.co.uk", "xn--p1ai.xn--p1ai"}) {
        EXPECT_TRUE(is_domain(name)) << name;
    }
    for (const std::string_view other :
         {"192.0.2.0", "192.0.2.1/32", "2001:db8::", "net", "Example.net", "", "a b.net"}) {
        EXPECT_FALSE(is_domain(other)) << other;
    }
}

TEST(Organisation, TheRegistrableDomainOfWhatHasNoneIsItself) {
    EXPECT_EQ(registrable_domain("Mail236.atl61.MCSV.net"), "mcsv.net");
    EXPECT_EQ(registrable_domain("co.uk"), "co.uk");
    EXPECT_EQ(registrable_domain("[192.0.2.1]"), "[192.0.2.1]");
    EXPECT_EQ(registrable_domain(""), "");
}

} // namespace
} // namespace greylist
