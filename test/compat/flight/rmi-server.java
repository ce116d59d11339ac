import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.rmi.Remote;
import java.rmi.RemoteException;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.RMIClientSocketFactory;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.UnicastRemoteObject;

/** A server that speaks RMI in two steps: a registry on one port, the object that it names on another. The name of the host in the object's reference is java.rmi.server.hostname. */
class RmiServer {
  public interface Node extends Remote {
    String name() throws RemoteException;
  }

  public static class NamedNode implements Node {
    private final String name;

    NamedNode(String name) {
      this.name = name;
    }

    public String name() {
      return name;
    }
  }

  /** Listens on the node's own address only. */
  record Listener(String address) implements RMIServerSocketFactory {
    public ServerSocket createServerSocket(int port) throws java.io.IOException {
      return new ServerSocket(port, 100, InetAddress.getByName(address));
    }
  }

  static Registry registry;
  static Node node;

  public static void main(String[] args) throws Exception {
    String role = args[0];
    if (role.equals("server")) serve(args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    else ask(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]));
  }

  private static void serve(String name, String address, int registryPort, int objectPort) throws Exception {
    Listener listener = new Listener(address);
    RMIClientSocketFactory usual = null;
    node = new NamedNode(name);
    Remote reference = UnicastRemoteObject.exportObject(node, objectPort, usual, listener);
    registry = LocateRegistry.createRegistry(registryPort, usual, listener);
    registry.rebind("node", reference);
    System.out.println("ready");
    System.in.read();
    System.exit(0);
  }

  /** Each time: which port the reference has, and which node answers there. */
  private static void ask(String host, int registryPort, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      Node found = (Node) LocateRegistry.getRegistry(host, registryPort).lookup("node");
      String port = found.toString().replaceAll("(?s).*endpoint:\\[[^\\]]*?:(\\d+)[^\\]]*\\].*", "$1");
      String answer;
      try {
        answer = found.name();
      } catch (RemoteException failed) {
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        answer = failed.getClass().getSimpleName() + " " + cause.getClass().getSimpleName();
      }
      System.out.println(port + " " + answer);
    }
    System.exit(0);
  }
}
